import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DataRecord, TypeLookup } from "../../src/formats/data-record.ts";
import { decodeLwM2mJson, encodeLwM2mJson } from "../../src/formats/lwm2m-json.ts";
import type { Path } from "../../src/formats/path.ts";
import {
  booleanValue,
  floatValue,
  integerValue,
  objectLinkValue,
  opaqueValue,
  stringValue,
  timeValue,
} from "../../src/formats/values.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { CodedError, DecodeError } from "../../src/util/coded-error.ts";
import { typedErrorsOnly } from "./only-typed-errors.ts";
import { anyRecords, edgeValues, sameRecords, typesOf } from "./sample.ts";

const device: DataRecord[] = [
  { path: [3, 0, 0], value: stringValue("Acme") },
  { path: [3, 0, 6, 0], value: integerValue(1) },
  { path: [3, 0, 6, 1], value: integerValue(5) },
  { path: [3, 0, 13], value: timeValue(1_700_000_000) },
];
const types = typesOf(device);
const deviceText =
  '{"bn":"/3/0/","e":[{"n":"0","sv":"Acme"},{"n":"6/0","v":1},{"n":"6/1","v":5},{"n":"13","v":1700000000}]}';
const written = (base: Path, records: readonly DataRecord[]) =>
  new TextDecoder().decode(encodeLwM2mJson(base, records));
const read = (text: string, base: Path = [3, 0], typeOf: TypeLookup = types) =>
  decodeLwM2mJson(encodeUtf8(text), base, typeOf);

test("an instance is a base name and a list of entries", () => {
  assert.equal(written([3, 0], device), deviceText);
  assert.deepEqual(read(deviceText), device);
});

test("a single resource has its path as base name and an entry without name", () => {
  assert.equal(written([3, 0, 0], device.slice(0, 1)), '{"bn":"/3/0/0","e":[{"sv":"Acme"}]}');
  for (const text of [
    '{"bn":"/3/0/0","e":[{"sv":"Acme"}]}',
    '{"bn":"/3/0/0/","e":[{"n":"","sv":"Acme"}]}',
    '{"e":[{"sv":"Acme"}]}',
    '{"e":[{"n":"","sv":"Acme"}]}',
  ]) {
    assert.deepEqual(read(text, [3, 0, 0]), device.slice(0, 1), text);
  }
});

test("without a base name the names hang on the path of the request", () => {
  assert.deepEqual(read('{"e":[{"n":"0","sv":"Acme"},{"n":"6/0","v":1}]}'), device.slice(0, 2));
  assert.deepEqual(read('{"e":[{"n":"0/0","sv":"Acme"}]}', [3]), device.slice(0, 1));
});

test("each type has its label, opaque is base64 in a string", () => {
  const records = [
    { path: [9, 0, 0], value: booleanValue(true) },
    { path: [9, 0, 1], value: opaqueValue(Uint8Array.of(251, 255)) },
    { path: [9, 0, 2], value: objectLinkValue(10, 0) },
    { path: [9, 0, 3], value: floatValue(0.5) },
  ];
  const text = '{"bn":"/9/0/","e":[{"n":"0","bv":true},{"n":"1","sv":"+/8="},{"n":"2","ov":"10:0"},{"n":"3","v":0.5}]}';
  assert.equal(written([9, 0], records), text);
  assert.deepEqual(read(text, [9, 0], typesOf(records)), records);
});

test("times are read with the base time and written entry by entry, oldest first", () => {
  const text = '{"bn":"/3/0/9","bt":1700000000.5,"e":[{"v":1,"t":-5},{"v":2}]}';
  const series = [
    { path: [3, 0, 9], value: integerValue(1), time: 1699999995.5 },
    { path: [3, 0, 9], value: integerValue(2), time: 1700000000.5 },
  ];
  assert.deepEqual(
    read(text, [3, 0, 9], () => "integer"),
    series,
  );
  assert.equal(
    written([3, 0, 9], series.toReversed()),
    '{"bn":"/3/0/9","e":[{"v":1,"t":1699999995.5},{"v":2,"t":1700000000.5}]}',
  );
});

test("what the rules forbid is refused", () => {
  const bad = [
    "[]",
    "{}",
    '{"e":{}}',
    '{"e":[1]}',
    '{"e":[{"n":"0"}]}',
    '{"e":[{"n":"0","v":1,"sv":"a"}]}',
    '{"e":[{"n":"0","v":"1"}]}',
    '{"e":[{"n":"0","sv":1}]}',
    '{"e":[{"n":"0","bv":1}]}',
    '{"e":[{"n":"0","ov":"3"}]}',
    '{"e":[{"n":0,"v":1}]}',
    '{"e":[{"n":"x","v":1}]}',
    '{"e":[{"n":"/0","v":1}]}',
    '{"bn":"3/0/","e":[{"n":"0","v":1}]}',
    '{"bn":1,"e":[]}',
    '{"bt":"1","e":[]}',
    '{"e":[{"n":"0","v":null}]}',
    '{"e":[],"e":[]}',
    '{"e":[]} x',
  ];
  for (const text of bad) assert.throws(() => read(text, [3, 0], () => undefined), CodedError, text);
  assert.throws(() => read('{"e":[{"n":"13","v":1.5}]}'), CodedError);
  assert.throws(() => read('{"e":[{"n":"0","v":1}]}'), CodedError);
  const many = `{"e":[${Array.from({ length: 4097 }, () => '{"n":"0","v":1}').join(",")}]}`;
  assert.throws(() => read(many, [3, 0], () => undefined), /more than 4096/);
});

test("every value and any records come back as they were", () => {
  for (const value of edgeValues.filter((v) => !Object.is(v.value, -0))) {
    const records = [{ path: [3, 0, 0], value }];
    const back = decodeLwM2mJson(encodeLwM2mJson([3, 0, 0], records), [3, 0, 0], () => value.type);
    assert.ok(sameRecords(back, records), String(value.value));
  }
  const roundTrip = (records: DataRecord[]) =>
    sameRecords(decodeLwM2mJson(encodeLwM2mJson([10], records), [10], typesOf(records)), records);
  fc.assert(fc.property(anyRecords, roundTrip), { seed: 15, numRuns: 200 });
});

test("cut short anywhere it is malformed", () => {
  const bytes = encodeUtf8(deviceText);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeLwM2mJson(bytes.subarray(0, length), [3, 0], types), DecodeError);
  }
});

test("any bytes, and any damage to a message, give records or a typed error", () => {
  const bytes = encodeUtf8(deviceText);
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, (changes) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, byte] of changes) damaged[at] = byte;
      typedErrorsOnly(() => decodeLwM2mJson(damaged, [3, 0], types));
    }),
    { seed: 16, numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[{}[\]":,a-z0-9/]{0,40}$/), (text) => {
      typedErrorsOnly(() => read(text));
    }),
    { seed: 17, numRuns: 2000 },
  );
});
