import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "../../../src/formats/values.ts";
import type { InstanceContent } from "../../../src/lwm2m/bootstrap/configuration.ts";
import { departedServers, forgetServer } from "../../../src/lwm2m/bootstrap/departed-servers.ts";
import { isMultiple } from "../../../src/lwm2m/data-model/object.ts";
import { BootstrapBench, integerValue } from "./bootstrap-bench.ts";

function control(objectId: number, instanceId: number, owner: number, list: Record<number, number>): InstanceContent {
  const acl = new Map(Object.entries(list).map(([id, bits]) => [Number(id), integerValue(bits) as Value]));
  return new Map<number, Value | ReadonlyMap<number, Value>>([
    [0, integerValue(objectId)],
    [1, integerValue(instanceId)],
    [2, acl],
    [3, integerValue(owner)],
  ]);
}

function summary(content: InstanceContent | undefined): string {
  const list = content?.get(2);
  const entries = list && isMultiple(list) ? [...list].map(([id, value]) => `${id}=${value.value}`) : [];
  const owner = content?.get(3);
  return content ? `owner ${owner && !isMultiple(owner) ? owner.value : "?"}: ${entries.join(" ")}` : "gone";
}

const rows: readonly [string, InstanceContent, string, boolean][] = [
  ["a list that does not name it stays", control(33000, 0, 102, { 102: 31 }), "owner 102: 102=31", true],
  ["its entry goes from another's list", control(33000, 0, 102, { 101: 1, 102: 31 }), "owner 102: 102=31", true],
  [
    "a list with no other entry and another owner stays, empty",
    control(33000, 0, 102, { 101: 1 }),
    "owner 102: ",
    true,
  ],
  [
    "its own list goes to the one with Write and Delete",
    control(33000, 0, 101, { 102: 1, 103: 10 }),
    "owner 103: 102=1 103=10",
    true,
  ],
  ["a tie goes to the lower id", control(33000, 0, 101, { 104: 2, 103: 8 }), "owner 103: 103=8 104=2", true],
  ["the default entry cannot own", control(33000, 0, 101, { 0: 31 }), "gone", false],
  ["an instance that only it could reach goes with its list", control(33000, 0, 101, { 101: 31 }), "gone", false],
  ["the Device stays when its list goes", control(3, 0, 101, {}), "gone", true],
];

for (const [name, given, expected, stays] of rows) {
  test(`a server that goes: ${name}`, async () => {
    const bench = new BootstrapBench();
    bench.accessControl.replace(new Map([[0, given]]));
    await forgetServer(bench.draft, 101);
    assert.equal(summary((await bench.draft.content(2)).get(0)), expected);
    assert.equal((await bench.draft.content(33000)).has(0), stays);
    assert.equal((await bench.draft.content(3)).has(0), true);
  });
}

test("a server that goes: what the default entry opens to one that stays is kept, and that one owns it", async () => {
  const bench = new BootstrapBench();
  const account = bench.security.content().get(1) ?? assert.fail();
  const other = new Map([...account, [10, integerValue(105)] as const]);
  bench.security.replace(new Map([...bench.security.content(), [2, other]]));
  bench.accessControl.replace(new Map([[0, control(33000, 0, 101, { 0: 1, 101: 31 })]]));
  await forgetServer(bench.draft, 101);
  assert.equal(summary((await bench.draft.content(2)).get(0)), "owner 105: 0=1");
  assert.equal((await bench.draft.content(33000)).has(0), true);
});

test("a server that was deleted and written again has not gone", async () => {
  const bench = new BootstrapBench();
  const security = await bench.draft.content(0);
  const account = security.get(1) ?? assert.fail();
  await bench.draft.set(0, new Map());
  assert.deepEqual(await departedServers(bench.draft), [101]);
  await bench.draft.setInstance(0, 7, account);
  assert.deepEqual(await departedServers(bench.draft), []);
});
