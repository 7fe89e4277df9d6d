import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeTlv, encodeTlv, tlvNamesInstances } from "../../src/formats/tlv.ts";
import { integerValue, opaqueValue, stringValue, type ValueType } from "../../src/formats/values.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import { typedErrorsOnly } from "./only-typed-errors.ts";
import { anyRecords, edgeValues, sameRecords, typesOf } from "./sample.ts";

const strings = () => "string" as const;
const integers = () => "integer" as const;

test("a single resource takes the short form when its length is at most 7", () => {
  const records = [{ path: [3, 0, 0], value: stringValue("Hello") }];
  assert.equal(toHex(encodeTlv([3, 0, 0], records)), "c50048656c6c6f");
  assert.deepEqual(decodeTlv(fromHex("c50048656c6c6f"), [3, 0, 0], strings), records);
  assert.deepEqual(decodeTlv(fromHex("c8000548656c6c6f"), [3, 0, 0], strings), records);
});

test("a multiple resource wraps its instances", () => {
  const records = [
    { path: [3, 0, 6, 0], value: integerValue(1) },
    { path: [3, 0, 6, 1], value: integerValue(5) },
  ];
  assert.equal(toHex(encodeTlv([3, 0], records)), "8606410001410105");
  assert.deepEqual(decodeTlv(fromHex("8606410001410105"), [3, 0], integers), records);
  assert.deepEqual(decodeTlv(fromHex("410105"), [3, 0, 6, 1], integers), records.slice(1));
});

test("ids above 255 take two bytes", () => {
  const records = [{ path: [1, 0, 0x1234], value: integerValue(86400) }];
  assert.equal(toHex(encodeTlv([1, 0], records)), "e4123400015180");
  assert.deepEqual(decodeTlv(fromHex("e4123400015180"), [1, 0], integers), records);
});

test("an object wraps its instances, and a message says whether it names them", () => {
  const records = [
    { path: [2, 0, 0], value: integerValue(1) },
    { path: [2, 2, 0], value: integerValue(3) },
  ];
  assert.equal(toHex(encodeTlv([2], records)), "0300c100010302c10003");
  assert.deepEqual(decodeTlv(fromHex("0300c100010302c10003"), [2], integers), records);
  assert.ok(tlvNamesInstances(fromHex("0300c10001")));
  assert.ok(!tlvNamesInstances(fromHex("c10001")) && !tlvNamesInstances(new Uint8Array()));
});

test("an instance may be wrapped in an entry of its own id, and of no other", () => {
  assert.deepEqual(decodeTlv(fromHex("0300c10001"), [2, 0], integers), [{ path: [2, 0, 0], value: integerValue(1) }]);
  assert.throws(() => decodeTlv(fromHex("0301c10001"), [2, 0], integers), DecodeError);
});

test("a multiple resource without instances is kept", () => {
  assert.deepEqual(decodeTlv(fromHex("8006"), [3, 0], integers), [{ path: [3, 0, 6] }]);
  assert.equal(toHex(encodeTlv([3, 0], [{ path: [3, 0, 6] }])), "8006");
});

test("an object instance without resources is kept", () => {
  assert.deepEqual(decodeTlv(fromHex("0003"), [3303], integers), [{ path: [3303, 3] }]);
  assert.deepEqual(decodeTlv(fromHex("0003"), [3303, 3], integers), [{ path: [3303, 3] }]);
  const records = [{ path: [2, 0] }, { path: [2, 1, 0], value: integerValue(1) }];
  assert.equal(toHex(encodeTlv([2], records)), "00000301c10001");
  assert.deepEqual(decodeTlv(fromHex("00000301c10001"), [2], integers), records);
});

test("entries that do not belong to the target are refused", () => {
  const misplaced: [string, number[]][] = [
    ["c10001", [3]],
    ["410001", [3, 0]],
    ["c10001", [3, 0, 1]],
    ["410001", [3, 0, 6, 1]],
    ["0300c10001", [3, 0, 0]],
    ["8606410001410105", [3, 0, 7]],
    ["8602c10001", [3, 0, 6]],
  ];
  for (const [hex, base] of misplaced) assert.throws(() => decodeTlv(fromHex(hex), base, integers), DecodeError, hex);
});

test("values of a length that their type does not have are refused", () => {
  const bad: [string, ValueType][] = [
    ["c3000000ff", "integer"],
    ["c000", "integer"],
    ["c10002", "boolean"],
    ["c2000001", "boolean"],
    ["c10001", "float"],
    ["c2000300", "objlnk"],
    ["c100c3", "string"],
    ["cc000548656c6c6f", "string"],
    ["e1ffff01", "integer"],
  ];
  for (const [hex, type] of bad) assert.throws(() => decodeTlv(fromHex(hex), [3, 0, 0], () => type), DecodeError, hex);
});

test("every value comes back as it was, integers and floats in the shortest form", () => {
  for (const value of edgeValues) {
    const records = [{ path: [3, 0, 0], value }];
    const bytes = encodeTlv([3, 0, 0], records);
    assert.ok(
      sameRecords(
        decodeTlv(bytes, [3, 0, 0], () => value.type),
        records,
      ),
      String(value.value),
    );
  }
  assert.equal(encodeTlv([3, 0, 0], [{ path: [3, 0, 0], value: integerValue(-128) }]).length, 3);
  assert.equal(encodeTlv([3, 0, 0], [{ path: [3, 0, 0], value: opaqueValue(new Uint8Array(70_000)) }]).length, 70_005);
});

test("any records of an object come back as they were", () => {
  fc.assert(
    fc.property(anyRecords, (records) =>
      sameRecords(decodeTlv(encodeTlv([10], records), [10], typesOf(records)), records),
    ),
    { seed: 3, numRuns: 300 },
  );
});

test("a message cut short inside an entry is malformed", () => {
  const bytes = encodeTlv([3, 0, 0], [{ path: [3, 0, 0], value: stringValue("0123456789") }]);
  for (let length = 1; length < bytes.length; length++) {
    assert.throws(() => decodeTlv(bytes.subarray(0, length), [3, 0, 0], strings), DecodeError);
  }
});

test("any bytes give records or a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (bytes, level) => {
      typedErrorsOnly(() => decodeTlv(bytes, [3, 0, 6, 1].slice(0, level), integers));
    }),
    { seed: 4, numRuns: 5000 },
  );
  assert.throws(() =>
    decodeTlv(
      new Uint8Array(20_000).fill(0).map((_, i) => (i % 2 === 0 ? 0xc0 : 1)),
      [3, 0],
      strings,
    ),
  );
});
