import assert from "node:assert/strict";
import { test } from "node:test";
import { codeText, type Method } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { integerValue } from "../../../src/formats/values.ts";
import { fromHex, toHex } from "../../../src/util/bytes.ts";
import { BenchDevice, type RequestFields } from "../bench-device.ts";

const { senmlJson, senmlCbor, senmlEtchJson, senmlEtchCbor, lwm2mCbor, tlv, text, cbor, lwm2mJson } = ContentFormat;
const json = (payload: string, accept?: number): RequestFields => ({
  contentFormat: senmlJson,
  payload,
  ...(accept !== undefined && { accept }),
});
const etch = (payload: string): RequestFields => ({ contentFormat: senmlEtchJson, payload });
const names = (...paths: string[]) => json(JSON.stringify(paths.map((n) => ({ n }))));

type Case = [keyof typeof Method, string, RequestFields, string];

async function check(cases: readonly Case[], device = new BenchDevice()): Promise<void> {
  for (const [method, path, fields, expected] of cases) {
    assert.equal(await device.code(method, path, fields), expected, `${method} ${path} ${JSON.stringify(fields)}`);
  }
}

test("Read-Composite gives what is there of all paths, from any level, each value once", async () => {
  const device = new BenchDevice();
  assert.equal(
    await device.text("FETCH", "/", names("/3/0/0", "/1/0", "/3/0/6/1", "/3/0/6", "/9", "/3/0/99", "/3/0/4")),
    '2.05 [{"bn":"/","n":"1/0/0","v":123},{"n":"1/0/1","v":300},{"n":"1/0/6","vb":true},{"n":"1/0/7","vs":"U"},' +
      '{"n":"3/0/0","vs":"Acme"},{"n":"3/0/6/0","v":1},{"n":"3/0/6/1","v":5}]',
  );
  assert.equal(await device.text("FETCH", "/", names("/9", "/3/1")), "2.05 []");
});

test("the root is everything that servers may see", async () => {
  const device = new BenchDevice();
  const all = await device.text("FETCH", "/", names("/"));
  for (const name of ['"1/0/0"', '"3/0/0"', '"33000/0/9/2"']) assert.ok(all.includes(name), name);
  assert.ok(!all.includes('"0/'));
});

test("Read-Composite answers in the format of the request, or the accepted one", async () => {
  const device = new BenchDevice();
  const paths = '[{"n":"/3/0/0"}]';
  const format = async (fields: RequestFields) => (await device.ask("FETCH", "/", fields)).contentFormat;
  assert.equal(await format(json(paths)), senmlJson);
  assert.equal(await format(etch(paths)), senmlJson);
  const binary = fromHex("81a100662f332f302f30");
  assert.equal(await format({ contentFormat: senmlCbor, payload: binary }), senmlCbor);
  assert.equal(await format({ contentFormat: senmlEtchCbor, payload: binary }), senmlCbor);
  const answer = await device.ask("FETCH", "/", json(paths, lwm2mCbor));
  assert.equal(toHex(answer.payload ?? new Uint8Array()), "a103a100a1006441636d65");
  for (const accept of [tlv, text, cbor, lwm2mJson, senmlEtchJson, 9999]) {
    assert.equal(await device.code("FETCH", "/", json(paths, accept)), "4.06", String(accept));
  }
});

test("composite requests that break the rules are refused", async () => {
  await check([
    ["FETCH", "/3", names("/3/0/0"), "4.05"],
    ["iPATCH", "/3/0", json('[{"n":"/33000/0/1","v":1}]'), "4.05"],
    ["FETCH", "/", json("[]"), "4.00"],
    ["FETCH", "/", json("{"), "4.00"],
    ["FETCH", "/", json('[{"n":"/3/0/0","vs":"x"}]'), "4.00"],
    ["FETCH", "/", etch('[{"n":"/3/0/6/0","v":null}]'), "4.00"],
    ["FETCH", "/", { contentFormat: tlv, payload: "" }, "4.15"],
    ["FETCH", "/", {}, "4.15"],
    ["iPATCH", "/", {}, "4.15"],
    ["iPATCH", "/", { contentFormat: text, payload: "1" }, "4.15"],
    ["FETCH", "/", names("/0/0"), "4.01"],
    ["FETCH", "/", names("/0"), "4.01"],
    ["PUT", "/33000/0", etch("[]"), "4.15"],
  ]);
  const old = new BenchDevice();
  old.context = { ...old.context, version: "1.0" };
  assert.equal(await old.code("FETCH", "/", names("/3/0/0")), "4.05");
  assert.equal(await old.code("iPATCH", "/", json('[{"n":"/33000/0/1","v":1}]')), "4.05");
});

test("what may not be read is left out, and 4.01 when that is all", async () => {
  const device = new BenchDevice();
  device.testObject.addInstance(1);
  const allows = (_: number, __: string, objectId: number, instance: number | undefined) =>
    objectId === 33000 && instance === 1;
  device.context = { ...device.context, access: { allows } };
  assert.equal(
    await device.text("FETCH", "/", names("/3/0/0", "/33000/0/1", "/33000/1/1")),
    '2.05 [{"bn":"/","n":"33000/1/1","v":-5}]',
  );
  assert.equal(await device.code("FETCH", "/", names("/3/0/0", "/33000/0")), "4.01");
  assert.equal(await device.code("FETCH", "/", names("/3/0/0", "/33000")), "2.05");
});

test("Write-Composite sets values of several objects at once, resource instances included", async () => {
  const device = new BenchDevice();
  const payload =
    '[{"bn":"/33000/0/","n":"1","v":7},{"n":"9/2","v":99},{"n":"9/5","v":1},{"bn":"/1/0/1","v":600},{"bn":"/3/0/14","vs":"+02:00"}]';
  assert.equal(await device.code("iPATCH", "/", json(payload)), "2.04");
  assert.equal(device.testObject.get(0, 1), 7n);
  assert.deepEqual(
    device.testObject.get(0, 9),
    new Map([
      [0, 10n],
      [2, 99n],
      [5, 1n],
    ]),
  );
  assert.equal(device.server.settings.lifetime, 600);
  assert.equal(await device.text("GET", "/3/0/14"), "2.05 +02:00");
});

test("Write-Composite is all or nothing", async () => {
  const cases: [string, string][] = [
    ['{"n":"/3/0/0","vs":"x"}', "4.05"],
    ['{"n":"/3/0/4","v":1}', "4.05"],
    ['{"n":"/33000/7/1","v":1}', "4.04"],
    ['{"n":"/33000/0/99","v":1}', "4.04"],
    ['{"n":"/33000/0/14","vs":"not supported"}', "4.04"],
    ['{"n":"/9/0/1","v":1}', "4.04"],
    ['{"n":"/0/0/0","vs":"x"}', "4.01"],
    ['{"n":"/33000/0/3","vs":"x"}', "4.00"],
    ['{"n":"/33000/0/1","v":8}', "4.00"],
    ['{"n":"/33000/0/9","v":8}', "4.00"],
    ['{"n":"/33000/0/4/0","vb":true}', "4.00"],
    ['{"n":"/33000/0/2"}', "4.00"],
    ['{"n":"/33000/0"}', "4.00"],
    ['{"n":"/"}', "4.00"],
    ['{"n":"/1/0/7","vs":"?"}', "4.00"],
    ['{"n":"/33000/0/9/2","v":null}', "4.00"],
    ['{"n":"/33000/0/1","v":101}', "4.00"],
  ];
  const device = new BenchDevice();
  for (const [record, code] of cases) {
    const payload = `[{"n":"/33000/0/1","v":7},{"n":"/1/0/1","v":600},${record}]`;
    assert.equal(await device.code("iPATCH", "/", json(payload)), code, record);
    assert.equal(device.testObject.get(0, 1), -5n);
    assert.equal(device.server.settings.lifetime, 300);
  }
  assert.equal(await device.code("iPATCH", "/", json("[]")), "4.00");
});

test("senml-etch writes and, by null, lets resource instances go", async () => {
  const device = new BenchDevice();
  const payload = '[{"bn":"/33000/0/","n":"9/2","v":null},{"n":"9/3","v":13},{"n":"9/7","v":null},{"n":"1","v":7}]';
  assert.equal(await device.code("iPATCH", "/", etch(payload)), "2.04");
  assert.deepEqual(
    device.testObject.get(0, 9),
    new Map([
      [0, 10n],
      [3, 13n],
    ]),
  );
  assert.equal(device.testObject.get(0, 1), 7n);
  // [{0: "/33000/0/9/0", 2: null}]
  const binary = fromHex("81a2006c2f33333030302f302f392f3002f6");
  assert.equal(await device.code("iPATCH", "/", { contentFormat: senmlEtchCbor, payload: binary }), "2.04");
  assert.deepEqual(device.testObject.get(0, 9), new Map([[3, 13n]]));
  await check(
    [
      ["iPATCH", "/", etch('[{"n":"/33000/0/9","v":null}]'), "4.00"],
      ["iPATCH", "/", etch('[{"n":"/33000/0/1","v":null}]'), "4.00"],
      ["iPATCH", "/", etch('[{"n":"/33000/0","v":null}]'), "4.00"],
      ["iPATCH", "/", etch('[{"n":"/33000/0/9/3","v":null},{"n":"/33000/0/9/3","v":1}]'), "4.00"],
      ["iPATCH", "/", etch('[{"n":"/33000/0/13/0","v":null}]'), "4.05"],
    ],
    device,
  );
});

test("changes of several servers do not mix: what was checked holds until it is done", async () => {
  const device = new BenchDevice();
  const prepare = device.testObject.prepareWrite.bind(device.testObject);
  const seen: string[] = [];
  device.testObject.prepareWrite = (instance, write) => {
    const commit = prepare(instance, write);
    seen.push("checked");
    return async () => {
      await new Promise<void>((resolve) => void device.time.schedule(1000, resolve));
      await commit();
      seen.push("done");
    };
  };
  const first = device.code("iPATCH", "/", json('[{"n":"/33000/0/1","v":1}]'));
  const second = device.code("PUT", "/33000/0/1", { contentFormat: text, payload: "2" });
  const gone = device.code("DELETE", "/33000/0");
  await device.time.advance(3000);
  assert.deepEqual(await Promise.all([first, second, gone]), ["2.04", "2.04", "2.02"]);
  assert.deepEqual(seen, ["checked", "done", "checked", "done"]);
});

test("a change that fails does not stand in the way of the next", async () => {
  const device = new BenchDevice();
  const { prepareWrite } = device.testObject;
  device.testObject.prepareWrite = () => {
    throw new Error("storage gone");
  };
  assert.equal(await device.code("iPATCH", "/", json('[{"n":"/33000/0/1","v":1}]')), "5.00");
  device.testObject.prepareWrite = prepareWrite;
  assert.equal(await device.code("iPATCH", "/", json('[{"n":"/33000/0/1","v":1}]')), "2.04");
});

test("Create takes several instances that the payload names: all or none", async () => {
  const device = new BenchDevice();
  const two = (second: string) => json(`[{"n":"/33000/7/0","vs":"a"},{"n":"/33000/${second}","vs":"b"}]`);
  const created = await device.ask("POST", "/33000", two("8/0"));
  assert.equal(codeText(created.code), "2.01");
  assert.equal(created.locationPath, undefined);
  assert.deepEqual(device.testObject.instances(), [0, 7, 8]);
  device.testObject.delete(7);
  assert.equal(await device.code("POST", "/33000", two("0/0")), "4.00", "0 is there already");
  assert.equal(await device.code("POST", "/33000", two("9/1")), "4.00", "a mandatory resource is missing");
  assert.equal(await device.code("POST", "/33000", json('[{"n":"/3/0/14","vs":"x"}]')), "4.00");
  const { create } = device.testObject;
  device.testObject.create = (instance, resources) => {
    if (instance === 9) throw new Error("full");
    return create.call(device.testObject, instance, resources);
  };
  assert.equal(await device.code("POST", "/33000", two("9/0")), "5.00");
  assert.deepEqual(device.testObject.instances(), [0, 8]);
});

test("from 1.2 on a resource instance can be deleted", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("DELETE", "/33000/0/9/2"), "4.05");
  device.context = { ...device.context, version: "1.2" };
  await check(
    [
      ["DELETE", "/33000/0/9/2", {}, "2.02"],
      ["DELETE", "/33000/0/9/2", {}, "4.04"],
      ["DELETE", "/33000/0/9", {}, "4.05"],
      ["DELETE", "/33000/0/1/0", {}, "4.04"],
      ["DELETE", "/3/0/6/0", {}, "4.05"],
      ["DELETE", "/33000/5/9/2", {}, "4.04"],
      ["DELETE", "/0/0/0/0", {}, "4.01"],
    ],
    device,
  );
  assert.deepEqual(device.testObject.get(0, 9), new Map([[0, 10n]]));
  device.testObject.set(0, 9, new Map([[1, integerValue(1)]]));
  device.context = { ...device.context, access: { allows: (_, right) => right !== "delete" } };
  assert.equal(await device.code("DELETE", "/33000/0/9/1"), "4.01");
});
