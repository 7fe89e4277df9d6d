import assert from "node:assert/strict";
import { test } from "node:test";
import { contentRecords } from "../../../src/lwm2m/bootstrap/bootstrap-read.ts";
import type { Configuration } from "../../../src/lwm2m/bootstrap/configuration.ts";
import { installObjects } from "../../../src/lwm2m/bootstrap/install-objects.ts";
import {
  BootstrapBench,
  bootstrapSecurity,
  configuration,
  content,
  integerValue,
  plainSecurity,
  stringValue,
} from "./bootstrap-bench.ts";

async function installed(bench: BootstrapBench, given: Configuration): Promise<void> {
  const records = [...given].flatMap(([objectId, each]) => contentRecords(objectId, each));
  await installObjects(bench.draft, records, bench.logger);
}

test("an object that is installed replaces all its instances; objects that are not named stay", async () => {
  const bench = new BootstrapBench();
  await installed(bench, configuration({ 33000: { 5: content({ 0: stringValue("five") }) } }));
  assert.deepEqual([...(await bench.draft.content(33000)).keys()], [5]);
  assert.deepEqual([...(await bench.draft.content(1)).keys()], [0]);
});

test("a Device that is installed keeps what is not named", async () => {
  const bench = new BootstrapBench();
  await installed(bench, configuration({ 3: { 0: content({ 14: stringValue("+09:00") }) } }));
  const device = (await bench.draft.content(3)).get(0);
  assert.deepEqual(device?.get(0), stringValue("Acme"));
  assert.deepEqual(device?.get(14), stringValue("+09:00"));
});

test("a bootstrap account among the new instances takes the place of the old, wherever it is", async () => {
  const bench = new BootstrapBench();
  const given = { 4: bootstrapSecurity("coap://new.example"), 5: plainSecurity(101) };
  await installed(bench, configuration({ 0: given }));
  assert.deepEqual([...(await bench.draft.content(0)).keys()], [4, 5]);
});

test("an object that the device does not have is passed over with a warning, a second Device is refused", async () => {
  const bench = new BootstrapBench();
  await installed(bench, configuration({ 4711: { 0: content({ 0: integerValue(1) }) } }));
  assert.match(bench.logged.join(), /does not have.*4711/);
  await assert.rejects(
    installed(bench, configuration({ 3: { 1: content({}), 2: content({ 14: stringValue("x") }) } })),
    {
      code: "COAP_4.00",
    },
  );
});
