import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { codeText, type Method } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { encodeSenmlCbor } from "../../../src/formats/senml-cbor.ts";
import { integerValue, stringValue } from "../../../src/formats/values.ts";
import type { ObjectChange } from "../../../src/lwm2m/data-model/object.ts";
import { OperationError } from "../../../src/lwm2m/data-model/operation-error.ts";
import { routeRequest } from "../../../src/lwm2m/data-model/request-router.ts";
import { fromHex, toHex } from "../../../src/util/bytes.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { BenchDevice, type RequestFields, request } from "../bench-device.ts";

const { text, linkFormat, opaque, cbor, senmlJson, senmlCbor, tlv, lwm2mJson, lwm2mCbor } = ContentFormat;
const json = (payload: string) => ({ contentFormat: senmlJson, payload });
const plain = (payload: string) => ({ contentFormat: text, payload });

type Case = [keyof typeof Method, string, RequestFields, string];

async function check(cases: readonly Case[], device = new BenchDevice()): Promise<void> {
  for (const [method, path, fields, expected] of cases) {
    const label = `${method} ${path} ${JSON.stringify(fields)}`;
    assert.equal(await device.code(method, path, fields), expected, label);
  }
}

test("each operation has the response code that the specification gives it", async () => {
  await check([
    ["GET", "/3", {}, "2.05"],
    ["GET", "/3/0", {}, "2.05"],
    ["GET", "/3/0/0", {}, "2.05"],
    ["GET", "/3/0/6/0", {}, "2.05"],
    ["GET", "/9", {}, "4.04"],
    ["GET", "/3/1", {}, "4.04"],
    ["GET", "/3/0/99", {}, "4.04"],
    ["GET", "/3/0/17", {}, "4.04"],
    ["GET", "/3/0/6/7", {}, "4.04"],
    ["GET", "/3/0/0/0", {}, "4.04"],
    ["GET", "/3/0/4", {}, "4.05"],
    ["GET", "/33000/0/11", {}, "4.05"],
    ["GET", "/", {}, "4.05"],
    ["GET", "/65535", {}, "4.05"],
    ["GET", "/03", {}, "4.05"],
    ["GET", "/3/0/0/0/0", {}, "4.05"],
    ["GET", "/rd", {}, "4.04"],
    ["GET", "/3", { accept: text }, "4.06"],
    ["GET", "/3/0/0", { accept: opaque }, "4.06"],
    ["GET", "/3/0/6", { accept: cbor }, "4.06"],
    ["GET", "/3/0/0", { accept: 11543 }, "4.06"],
    ["PUT", "/3/0/14", plain("+02:00"), "2.04"],
    ["PUT", "/3/0/0", plain("x"), "4.05"],
    ["PUT", "/3/0/4", plain("x"), "4.05"],
    ["PUT", "/3", json('[{"n":"/3/0/14","vs":"x"}]'), "4.05"],
    ["PUT", "/3/0/14", { contentFormat: 50, payload: "{}" }, "4.15"],
    ["PUT", "/33000/0", plain("x"), "4.15"],
    ["PUT", "/33000/0/1", plain("x"), "4.00"],
    ["PUT", "/33000/0/1", plain("101"), "4.00"],
    ["PUT", "/33000/0/1", json('[{"n":"/33000/0/2","v":1}]'), "4.00"],
    ["PUT", "/33000/0/1", json("[]"), "4.00"],
    ["PUT", "/33000/0/1", json("{"), "4.00"],
    ["PUT", "/33000/0/9/1", plain("1"), "4.04"],
    ["PUT", "/33000/0/9", plain("1"), "4.00"],
    ["PUT", "/33000/0/14", plain("1"), "4.04"],
    ["PUT", "/33000/0/7", plain("3:0"), "2.04"],
    ["PUT", "/33000/0/7", plain("3:65535"), "2.04"],
    ["PUT", "/33000/0/7", plain("65535:65535"), "2.04"],
    ["PUT", "/33000/0/7", plain("3:1"), "4.00"],
    ["PUT", "/33000/0/7", plain("9:65535"), "4.00"],
    ["POST", "/33000/0/12", {}, "2.04"],
    ["POST", "/33000/0/12", plain("0='a',1"), "2.04"],
    ["POST", "/33000/0/12", plain("0,0"), "4.00"],
    ["POST", "/33000/0/12", { contentFormat: opaque, payload: "0" }, "4.15"],
    ["POST", "/33000/0/1", {}, "4.05"],
    ["POST", "/33000/0/12/0", {}, "4.05"],
    ["POST", "/33000/0/99", {}, "4.04"],
    ["POST", "/3", {}, "4.05"],
    ["DELETE", "/3/0", {}, "4.05"],
    ["DELETE", "/3", {}, "4.05"],
    ["DELETE", "/33000/5", {}, "4.04"],
    ["PATCH", "/3/0", {}, "4.05"],
    ["GET", "/3/0/0", { options: [{ number: 9, value: new Uint8Array() }] }, "4.02"],
    ["GET", "/3/0/0", { options: [{ number: 3, value: new Uint8Array() }] }, "2.05"],
  ]);
});

test("the Security object is closed to every operation", async () => {
  const cases = ["/0", "/0/0", "/0/0/0", "/0/0/5", "/0/7", "/21", "/21/0"].flatMap((path): Case[] => [
    ["GET", path, {}, "4.01"],
    ["GET", path, { accept: linkFormat }, "4.01"],
    ["PUT", path, { query: ["pmin=1"] }, "4.01"],
  ]);
  await check([
    ...cases,
    ["PUT", "/0/0/0", plain("coap://evil"), "4.01"],
    ["POST", "/0/0", json('[{"n":"/0/0/0","vs":"x"}]'), "4.01"],
    ["POST", "/0/0/0", {}, "4.01"],
    ["POST", "/0", {}, "4.01"],
    ["DELETE", "/0/0", {}, "4.01"],
  ]);
});

test("without Accept a single value is text and everything else SenML CBOR, or TLV in a 1.0 registration", async () => {
  const device = new BenchDevice();
  assert.equal((await device.ask("GET", "/3/0/0")).contentFormat, text);
  assert.equal((await device.ask("GET", "/33000/0/5")).contentFormat, text);
  assert.equal((await device.ask("GET", "/3/0/6/0")).contentFormat, text);
  for (const path of ["/3", "/3/0", "/3/0/6"]) assert.equal((await device.ask("GET", path)).contentFormat, senmlCbor);
  device.context = { ...device.context, version: "1.0" };
  assert.equal((await device.ask("GET", "/3/0")).contentFormat, tlv);
  assert.equal((await device.ask("GET", "/3/0/0")).contentFormat, text);
});

test("a resource reads in each format that can hold it", async () => {
  const device = new BenchDevice();
  const hex = async (path: string, accept: number) =>
    toHex((await device.ask("GET", path, { accept })).payload ?? new Uint8Array());
  assert.equal(await device.text("GET", "/3/0/0"), "2.05 Acme");
  assert.equal(await device.text("GET", "/33000/0/2"), "2.05 18446744073709551615");
  assert.equal(await device.text("GET", "/3/0/0", { accept: senmlJson }), '2.05 [{"bn":"/3/0/0","vs":"Acme"}]');
  assert.equal(await hex("/3/0/0", tlv), "c40041636d65");
  assert.equal(await hex("/3/0/0", cbor), "6441636d65");
  assert.equal(await hex("/33000/0/5", opaque), "010203");
  assert.equal(await hex("/3/0/6", tlv), "8606410001410105");
  assert.equal(
    await device.text("GET", "/3/0/6", { accept: senmlJson }),
    '2.05 [{"bn":"/3/0/6/","n":"0","v":1},{"n":"1","v":5}]',
  );
  assert.equal(await hex("/33000/0/13", tlv), "800d");
  assert.equal(await hex("/33000/0/13", senmlCbor), "80");
});

test("an instance read gives what is readable and has a value", async () => {
  const device = new BenchDevice();
  assert.equal(
    await device.text("GET", "/1/0", { accept: senmlJson }),
    '2.05 [{"bn":"/1/0/","n":"0","v":123},{"n":"1","v":300},{"n":"6","vb":true},{"n":"7","vs":"U"}]',
  );
  device.testObject.removeInstance(0);
  assert.equal(await device.text("GET", "/33000", { accept: senmlJson }), "2.05 []");
  assert.equal(await device.text("GET", "/33000", { accept: tlv }), "2.05 ");
});

test("Write (replace) sets what is listed and drops optional resources that are not", async () => {
  const device = new BenchDevice();
  assert.equal(
    await device.code("PUT", "/33000/0", json('[{"bn":"/33000/0/","n":"0","vs":"new"},{"n":"9/5","v":1}]')),
    "2.04",
  );
  assert.equal(device.testObject.get(0, 0), "new");
  assert.equal(device.testObject.get(0, 1), undefined);
  assert.deepEqual(device.testObject.get(0, 9), new Map([[5, 1n]]));
});

test("Write (replace) that leaves out a mandatory resource changes nothing", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("PUT", "/33000/0", json('[{"n":"/33000/0/1","v":7}]')), "4.00");
  assert.equal(device.testObject.get(0, 1), -5n);
});

test("Write (update) leaves what is not listed, down to resource instances", async () => {
  const device = new BenchDevice();
  assert.equal(
    await device.code("POST", "/33000/0", json('[{"bn":"/33000/0/","n":"1","v":7},{"n":"9/2","v":99}]')),
    "2.04",
  );
  assert.equal(device.testObject.get(0, 0), "name");
  assert.equal(device.testObject.get(0, 1), 7n);
  assert.deepEqual(
    device.testObject.get(0, 9),
    new Map([
      [0, 10n],
      [2, 99n],
    ]),
  );
  assert.equal(await device.code("POST", "/33000/0/9", json('[{"n":"/33000/0/9/3","v":13}]')), "2.04");
  assert.deepEqual(
    device.testObject.get(0, 9),
    new Map([
      [0, 10n],
      [2, 99n],
      [3, 13n],
    ]),
  );
});

test("Write on a multiple resource replaces all its instances, on one instance just that one", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("PUT", "/33000/0/9/2", plain("77")), "2.04");
  assert.deepEqual(
    device.testObject.get(0, 9),
    new Map([
      [0, 10n],
      [2, 77n],
    ]),
  );
  const payload = fromHex("8906410101410202");
  assert.equal(
    await device.code("PUT", "/33000/0/9", { contentFormat: tlv, payload: fromHex("86094101014102020000") }),
    "4.00",
  );
  assert.equal(
    await device.code("PUT", "/33000/0/9", { contentFormat: tlv, payload: fromHex("8609410101410202") }),
    "2.04",
  );
  assert.deepEqual(
    device.testObject.get(0, 9),
    new Map([
      [1, 1n],
      [2, 2n],
    ]),
  );
  assert.equal(await device.code("PUT", "/33000/0/9", { contentFormat: tlv, payload: fromHex("8009") }), "2.04");
  assert.deepEqual(device.testObject.get(0, 9), new Map());
  assert.equal(await device.code("PUT", "/33000/0/9", { contentFormat: tlv, payload }), "4.00");
});

test("a Write is all or nothing: one bad, doubled or read-only value and nothing changes", async () => {
  const cases: [string, string][] = [
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"10","v":1}]', "4.05"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"3","vs":"x"}]', "4.00"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"1","v":8}]', "4.00"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"4/0","vb":true}]', "4.00"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"9","v":8}]', "4.00"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"7","vlo":"9:9"}]', "4.00"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"12","v":8}]', "4.05"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"bn":"/33000/1/","n":"2","v":8}]', "4.00"],
    ['[{"bn":"/33000/0/","n":"1","v":7},{"n":"3"}]', "4.00"],
  ];
  const device = new BenchDevice();
  for (const [payload, code] of cases) {
    assert.equal(await device.code("POST", "/33000/0", json(payload)), code, payload);
    assert.equal(device.testObject.get(0, 1), -5n);
  }
});

test("unknown and unsupported resources of an instance Write are passed over", async () => {
  const device = new BenchDevice();
  const payload = '[{"bn":"/33000/0/","n":"1","v":7},{"n":"999","v":1},{"n":"14","vs":"x"}]';
  assert.equal(await device.code("POST", "/33000/0", json(payload)), "2.04");
  assert.equal(device.testObject.get(0, 1), 7n);
});

test("a Write in each format arrives as the same value", async () => {
  const payloads: [number, Uint8Array | string][] = [
    [text, "77"],
    [cbor, fromHex("184d")],
    [tlv, fromHex("c1014d")],
    [senmlJson, '[{"bn":"/33000/0/","n":"1","v":77}]'],
    [senmlCbor, encodeSenmlCbor([33000, 0, 1], [{ path: [33000, 0, 1], value: integerValue(77) }])],
    [lwm2mCbor, fromHex("a11980e8a100a101184d")],
    [lwm2mCbor, fromHex("a1831980e80001184d")],
  ];
  for (const [contentFormat, payload] of payloads) {
    const device = new BenchDevice();
    assert.equal(await device.code("PUT", "/33000/0/1", { contentFormat, payload }), "2.04");
    assert.equal(device.testObject.get(0, 1), 77n, String(contentFormat));
  }
});

test("LwM2M JSON is for 1.0 registrations alone", async () => {
  const device = new BenchDevice();
  const write = { contentFormat: lwm2mJson, payload: '{"bn":"/33000/0/1","e":[{"v":77}]}' };
  assert.equal(await device.code("PUT", "/33000/0/1", write), "4.15");
  assert.equal(await device.code("GET", "/33000/0/1", { accept: lwm2mJson }), "4.06");
  device.context = { ...device.context, version: "1.0" };
  assert.equal(await device.code("PUT", "/33000/0/1", write), "2.04");
  assert.equal(
    await device.text("GET", "/33000/0/1", { accept: lwm2mJson }),
    '2.05 {"bn":"/33000/0/1","e":[{"v":77}]}',
  );
  const update = { contentFormat: lwm2mJson, payload: '{"e":[{"n":"9/2","v":5},{"n":"0","sv":"x"}]}' };
  assert.equal(await device.code("POST", "/33000/0", update), "2.04");
  assert.equal(device.testObject.get(0, 0), "x");
});

test("LwM2M CBOR holds any level, from the object id down", async () => {
  const device = new BenchDevice();
  const hex = async (path: string) =>
    toHex((await device.ask("GET", path, { accept: lwm2mCbor })).payload ?? new Uint8Array());
  assert.equal(await hex("/3/0/0"), "a103a100a1006441636d65");
  assert.equal(await hex("/3/0/6"), "a103a100a106a200010105");
  assert.equal(await hex("/33000/0/13"), "a11980e8a100a10da0");
  const create = { contentFormat: lwm2mCbor, payload: fromHex("a11980e8a107a1006178") };
  assert.equal(await device.code("POST", "/33000", create), "2.01");
  assert.equal(device.testObject.get(7, 0), "x");
  const empty = { contentFormat: lwm2mCbor, payload: fromHex("a11980e8a108a0") };
  assert.equal(await device.code("POST", "/33000", empty), "4.00", "a mandatory resource is missing");
});

test("Execute hands over its arguments", async () => {
  const device = new BenchDevice();
  assert.equal(await device.code("POST", "/33000/0/12", plain("0='a=b,c',3,9=''")), "2.04");
  assert.deepEqual(device.testObject.executed, ['[[0,"a=b,c"],[3,""],[9,""]]']);
});

test("Create gives the id that was asked for, or chooses one and says which", async () => {
  const device = new BenchDevice();
  const changes: ObjectChange[] = [];
  device.testObject.onChange((change) => changes.push(change));
  assert.equal(
    await device.code("POST", "/33000", json('[{"bn":"/33000/7/","n":"0","vs":"seven"},{"n":"10","v":1}]')),
    "2.01",
  );
  assert.equal(device.testObject.get(7, 0), "seven");
  assert.equal(device.testObject.get(7, 10), 42n);
  const created = await device.ask("POST", "/33000", { contentFormat: tlv, payload: fromHex("c5006569676874") });
  assert.equal(codeText(created.code), "2.01");
  assert.deepEqual(created.locationPath, ["33000", "8"]);
  assert.deepEqual(changes, [{ instance: 7 }, { instance: 8 }]);
  assert.equal(await device.code("DELETE", "/33000/7"), "2.02");
  assert.equal(await device.code("GET", "/33000/7"), "4.04");
});

test("Create without a mandatory resource or with a taken id is refused", async () => {
  await check([
    ["POST", "/33000", {}, "4.00"],
    ["POST", "/33000", json('[{"n":"/33000/7/1","v":1}]'), "4.00"],
    ["POST", "/33000", json('[{"n":"/33000/0/0","vs":"x"}]'), "4.00"],
    ["POST", "/33000", plain("x"), "4.15"],
    ["POST", "/33000", json("[]"), "4.00"],
    ["POST", "/33000", json('[{"n":"/33000/7/0","v":1}]'), "4.00"],
    ["POST", "/1", json('[{"n":"/1/7/1","v":1}]'), "4.05"],
  ]);
});

test("a server without the right gets 4.01, and an object read leaves out what it may not see", async () => {
  const device = new BenchDevice();
  device.testObject.addInstance(1);
  device.context = {
    ...device.context,
    access: { allows: (_, right, objectId, instance) => objectId !== 33000 || (right === "read" && instance === 0) },
  };
  await check(
    [
      ["GET", "/33000/0", {}, "2.05"],
      ["GET", "/33000/1", {}, "4.01"],
      ["GET", "/33000/1/0", {}, "4.01"],
      ["GET", "/33000/1", { accept: linkFormat }, "2.05"],
      ["PUT", "/33000/0/1", plain("1"), "4.01"],
      ["POST", "/33000/0/12", {}, "4.01"],
      ["POST", "/33000", {}, "4.01"],
      ["DELETE", "/33000/0", {}, "4.01"],
      ["PUT", "/33000/1", { query: ["pmin=1"] }, "4.01"],
    ],
    device,
  );
  const object = await device.text("GET", "/33000", { accept: senmlJson });
  assert.ok(object.includes('"/33000/"') && !object.includes('"1/0"'));
});

test("an error inside an object is 5.00, an OperationError its own code", async () => {
  const device = new BenchDevice();
  const errors: string[] = [];
  device.testObject.read = () => {
    throw new Error("sensor gone");
  };
  const logger = {
    ...silentLogger,
    error: (_: string, fields?: { reason?: unknown }) => errors.push(String(fields?.reason)),
  };
  const response = await routeRequest(request("GET", "/33000/0/1"), device.model, device.context, logger);
  assert.equal(codeText(response.code), "5.00");
  assert.deepEqual(errors, ["sensor gone"]);
  device.testObject.read = () => {
    throw new OperationError(0xa3, "not now");
  };
  assert.equal(await device.code("GET", "/33000/0/1"), "5.03");
});

test("any request is answered", async () => {
  const device = new BenchDevice();
  const methods = fc.constantFrom<keyof typeof Method>("GET", "POST", "PUT", "DELETE", "FETCH", "iPATCH");
  const paths = fc.constantFrom(
    "/",
    "/0",
    "/1",
    "/1/0",
    "/3",
    "/3/0",
    "/33000",
    "/33000/0",
    "/33000/0/9",
    "/33000/0/9/0",
    "/33000/0/1",
  );
  const formats = [...Object.values(ContentFormat), 9999];
  const format = fc.constantFrom(undefined, ...formats);
  await fc.assert(
    fc.asyncProperty(
      methods,
      paths,
      format,
      format,
      fc.uint8Array({ maxLength: 30 }),
      async (method, path, accept, contentFormat, payload) => {
        const fields = {
          ...(accept !== undefined && { accept }),
          ...(contentFormat !== undefined && { contentFormat }),
          payload,
        };
        assert.notEqual(await device.code(method, path, fields), "5.00");
      },
    ),
    { seed: 11, numRuns: 3000 },
  );
});

test("values set from inside are what the next Read gives", async () => {
  const device = new BenchDevice();
  device.testObject.set(0, 1, integerValue(9));
  device.testObject.set(0, 0, stringValue("Grüße"));
  assert.equal(await device.text("GET", "/33000/0/1"), "2.05 9");
  assert.equal(await device.text("GET", "/33000/0/0"), "2.05 Grüße");
});
