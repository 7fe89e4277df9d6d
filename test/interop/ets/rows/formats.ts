import assert from "node:assert/strict";
import { Method } from "../../../../src/coap/message.ts";
import { OptionNumber } from "../../../../src/coap/options.ts";
import { ContentFormat } from "../../../../src/formats/content-format.ts";
import type { LeshanFormat, LeshanNode } from "../../../support/foreign/leshan-json.ts";
import type { AtLeshan, AtLeshanOptions, Bench, Procedure } from "../bench.ts";
import { assertValues, instance, multiple, single, type Values } from "../nodes.ts";
import { portfolio } from "../objects.ts";
import { isRequest, numberIn, queryOf, statusOf } from "../wire.ts";

/** Configuration C.3 of the ETS, as far as servers write it. */
const c3 = { defaultMinimumPeriod: 1, defaultMaximumPeriod: 10 };
const deviceValues: Values = {
  "/3/0/0": "Example Maker",
  "/3/0/1": "Model 500",
  "/3/0/2": "SN-000001",
  "/3/0/3": "1.0",
  "/3/0/11/0": "0",
  "/3/0/16": "U",
};

/** ETS 1.1-int-201 to 220, 231 to 234 and 237: the formats. */
export const formats: Readonly<Record<string, Procedure>> = {
  "1.1-int-201": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    for (const path of ["/3/0/0", "/3/0/1", "/3/0/2"]) {
      assertValues(await leshan.read(path, "TEXT"), { [path]: deviceValues[path] ?? "" });
      await assertFormat(wire, path, ContentFormat.text);
    }
  },
  "1.1-int-203": (bench) => readsDevice(bench, "TLV", ContentFormat.tlv),
  "1.1-int-204": (bench) => readsDevice(bench, "JSON", ContentFormat.lwm2mJson),
  "1.1-int-205": async (bench) => {
    const at = await bench.atLeshan({ server: c3 });
    await writesEach(at, "TEXT", { 2: 101, 3: 1010, 5: 2000 });
    await writesEach(at, "TEXT", { 2: 1, 3: 10, 5: 86_400 });
  },
  "1.1-int-211": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    for (const [path, value] of [
      ["/1/0/0", "1"],
      ["/1/0/6", "true"],
      ["/1/0/7", "U"],
    ] as const) {
      assertValues(await leshan.read(path, "CBOR"), { [path]: value });
      await assertFormat(wire, path, ContentFormat.cbor);
    }
  },
  "1.1-int-212": async (bench) => {
    const at = await bench.atLeshan({ server: c3 });
    await writesEach(at, "CBOR", { 2: 101, 3: 1010 });
    await at.leshan.write("/1/0/6", single(6, "boolean", false), { format: "CBOR" });
    assertValues(await at.leshan.read("/1/0"), { "/1/0/2": "101", "/1/0/3": "1010", "/1/0/6": "false" });
  },
  "1.1-int-215": (bench) => updatesAndRestores(bench, "TLV"),
  "1.1-int-220": (bench) => updatesAndRestores(bench, "JSON"),
  "1.1-int-231": (bench) => readsEveryLevel(bench, "SENML_JSON", ContentFormat.senmlJson),
  "1.1-int-232": (bench) => readsEveryLevel(bench, "SENML_CBOR", ContentFormat.senmlCbor),
  "1.1-int-233": (bench) => writesServerAndPortfolio(bench, "SENML_CBOR"),
  "1.1-int-234": (bench) => writesServerAndPortfolio(bench, "SENML_JSON"),
  "1.1-int-237": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    for (const path of ["/1", "/3"]) {
      assert.ok(Object.keys(await leshan.read(path)).length > 3, `values of ${path}`);
      const { message } = await wire.passed.waitFor(isRequest(Method.GET, path, "server"), `Read of ${path}`);
      assert.equal(numberIn(message, OptionNumber.Accept), undefined, "the server leaves the choice");
      const chosen = numberIn(await statusOf(wire, message), OptionNumber.ContentFormat);
      assert.ok(chosen === ContentFormat.senmlCbor || chosen === ContentFormat.senmlJson, `SenML, not ${chosen}`);
    }
  },
};

async function readsDevice(bench: Bench, format: LeshanFormat, contentFormat: number): Promise<void> {
  const { wire, leshan } = await bench.atLeshan(releaseOf(format));
  assertValues(await leshan.read("/3/0", format), deviceValues);
  await assertFormat(wire, "/3/0", contentFormat);
}

/** LwM2M JSON must not be used from 1.1 on (OMA LwM2M Core 1.2 §7.5). */
function releaseOf(format: LeshanFormat): Pick<AtLeshanOptions, "serverVersion"> {
  return format === "JSON" ? { serverVersion: "1.0" } : {};
}

async function readsEveryLevel(bench: Bench, format: LeshanFormat, contentFormat: number): Promise<void> {
  const { wire, leshan } = await bench.atLeshan();
  assertValues(await leshan.read("/1", format), { "/1/0/0": "1", "/1/0/1": "86400", "/1/0/7": "U" });
  assertValues(await leshan.read("/3/0", format), deviceValues);
  assert.deepEqual(await leshan.read("/3/0/16", format), { "/3/0/16": "U" });
  assert.deepEqual(await leshan.read("/3/0/11/0", format), { "/3/0/11/0": "0" });
  for (const path of ["/1", "/3/0", "/3/0/16", "/3/0/11/0"]) await assertFormat(wire, path, contentFormat);
}

/** Each resource of /1/0 for itself, and all read back in TLV. */
async function writesEach({ leshan }: AtLeshan, format: LeshanFormat, values: Readonly<Record<number, number>>) {
  for (const [id, value] of Object.entries(values)) {
    await leshan.write(`/1/0/${id}`, single(Number(id), "integer", value), { format });
  }
  const expected = Object.entries(values).map(([id, value]) => [`/1/0/${id}`, String(value)]);
  assertValues(await leshan.read("/1/0", "TLV"), Object.fromEntries(expected));
}

async function updatesAndRestores(bench: Bench, format: LeshanFormat): Promise<void> {
  const { wire, leshan } = await bench.atLeshan({ server: c3, ...releaseOf(format) });
  const set = (pmin: number, pmax: number, timeout: number, storing: boolean): LeshanNode[] => [
    single(2, "integer", pmin),
    single(3, "integer", pmax),
    single(5, "integer", timeout),
    single(6, "boolean", storing),
    single(7, "string", "U"),
  ];
  await leshan.write("/1/0", instance(0, ...set(101, 1010, 2000, true)), { format, update: true });
  const { message } = await wire.passed.waitFor(isRequest(Method.POST, "/1/0", "server"), "partial update");
  assert.ok(message.payload.length > 0);
  const changed = { "/1/0/2": "101", "/1/0/3": "1010", "/1/0/5": "2000", "/1/0/6": "true", "/1/0/7": "U" };
  assertValues(await leshan.read("/1/0"), { "/1/0/0": "1", "/1/0/1": "86400", ...changed });
  const initial = [single(1, "integer", 86_400), ...set(1, 10, 86_400, false)];
  await leshan.write("/1/0", instance(0, ...initial), { format });
  const restored = { "/1/0/2": "1", "/1/0/3": "10", "/1/0/5": "86400", "/1/0/6": "false", "/1/0/7": "U" };
  assertValues(await leshan.read("/1/0"), { "/1/0/0": "1", "/1/0/1": "86400", ...restored });
}

async function writesServerAndPortfolio(bench: Bench, format: LeshanFormat): Promise<void> {
  const { wire, leshan } = await bench.atLeshan({ objects: [portfolio({ 0: ["aa", "bb", "cc", "dd"] })] });
  const settings = instance(0, single(1, "integer", 61), single(6, "boolean", true));
  await leshan.write("/1/0", settings, { format, update: true });
  const update = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "Update");
  assert.deepEqual(queryOf(update.message), ["lt=61"]);
  assertValues(await leshan.read("/1"), { "/1/0/1": "61", "/1/0/6": "true" });
  await leshan.write("/16/0/0", multiple(0, "string", { 0: "test_value" }), { format });
  assert.deepEqual(await leshan.read("/16"), { "/16/0/0/0": "test_value" });
  await leshan.write("/1/0/1", single(1, "integer", 63), { format });
  const again = await wire.passed.waitFor(isRequest(Method.POST, "/rd/*"), "second Update");
  assert.deepEqual(queryOf(again.message), ["lt=63"]);
  assert.deepEqual(await leshan.read("/1/0/1"), { "/1/0/1": "63" });
}

async function assertFormat(wire: AtLeshan["wire"], path: string, contentFormat: number): Promise<void> {
  const { message } = await wire.passed.waitFor(isRequest(Method.GET, path, "server"), `Read of ${path}`);
  assert.equal(numberIn(await statusOf(wire, message), OptionNumber.ContentFormat), contentFormat, path);
}
