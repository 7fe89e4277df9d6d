import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DataRecord, TypeLookup } from "../../src/formats/data-record.ts";
import { decodeLwM2mCbor, encodeLwM2mCbor } from "../../src/formats/lwm2m-cbor.ts";
import { floatValue, integerValue, stringValue, timeValue } from "../../src/formats/values.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { CodedError, DecodeError } from "../../src/util/coded-error.ts";
import { typedErrorsOnly } from "./only-typed-errors.ts";
import { anyRecords, edgeValues, sameRecords, typesOf } from "./sample.ts";

const device: DataRecord[] = [
  { path: [3, 0, 0], value: stringValue("Acme") },
  { path: [3, 0, 6, 0], value: integerValue(1) },
  { path: [3, 0, 6, 1], value: integerValue(5) },
];
const types = typesOf(device);
const read = (hex: string, typeOf: TypeLookup = types) => decodeLwM2mCbor(fromHex(hex), typeOf);

test("maps in maps start at the object, whatever was asked for", () => {
  const hex = "a103a100a2006441636d6506a200010105";
  assert.equal(toHex(encodeLwM2mCbor([3, 0], device)), hex);
  assert.equal(toHex(encodeLwM2mCbor([3, 0, 0], device.slice(0, 1))), "a103a100a1006441636d65");
  assert.deepEqual(read(hex), device);
});

test("a key may hold several ids, and all mixtures mean the same", () => {
  // {[3,0]: {0: "Acme", [6,0]: 1, 6: {1: 5}}}, {[3,0,0]: "Acme", 3: {[0,6]: {0: 1, 1: 5}}}, all four ids in one key
  assert.deepEqual(read("a1820300a3006441636d658206000106a10105"), device);
  assert.deepEqual(read("a2830300006441636d6503a1820006a200010105"), device);
  assert.deepEqual(read("a1840300060105"), device.slice(2));
  assert.deepEqual(read("a18103a100a1006441636d65"), device.slice(0, 1));
});

test("maps of indefinite length and wide integers are understood", () => {
  assert.deepEqual(read("bf1803bf00bf006441636d65ffffff"), device.slice(0, 1));
  assert.deepEqual(
    read("a18303000dc11a6553f100", () => "time"),
    [{ path: [3, 0, 13], value: timeValue(1_700_000_000) }],
  );
});

test("an empty map is a multiple resource, an instance or an object without content", () => {
  assert.deepEqual(read("a103a100a106a0"), [{ path: [3, 0, 6] }]);
  assert.deepEqual(read("a103a100a0"), [{ path: [3, 0] }]);
  assert.deepEqual(read("a0"), []);
  assert.equal(toHex(encodeLwM2mCbor([3, 0], [{ path: [3, 0, 6] }])), "a103a100a106a0");
  assert.equal(toHex(encodeLwM2mCbor([3], [])), "a0");
});

test("it has no time: of a series the newest value is written", () => {
  const series = [1, 2, 3].map((value) => ({ path: [3, 0, 9], value: integerValue(value), time: value }));
  assert.equal(toHex(encodeLwM2mCbor([3, 0, 9], series)), "a103a100a10903");
});

test("values of resources that we do not have keep the type that they look like", () => {
  // {[3,0]: {0: 1, 1: "a", 2: true, 3: h'01'}}
  const records = read("a1820300a4000101616102f5034101", () => undefined);
  assert.deepEqual(
    records.map(({ value }) => value?.type),
    ["float", "string", "boolean", "opaque"],
  );
  assert.deepEqual(
    read("a183030001fb3ff8000000000000", () => undefined),
    [{ path: [3, 0, 1], value: floatValue(1.5) }],
  );
});

test("what the rules forbid is refused", () => {
  const bad = [
    "80",
    "01",
    "a10301",
    "a103a10001",
    "a16133a100a10001",
    "a120a100a10001",
    "a119ffffa100a10001",
    "a180a10001",
    "a1816133a10001",
    "a185030006010005",
    "a103a100a106a100a10005",
    "a103a100a200010002",
    "a203a100a10001820300a10002",
    "a283030000018303000002",
    "a183030000f6",
    "a1830300008101",
    "a18303000061c3",
    "a1830300000100",
  ];
  for (const hex of bad) assert.throws(() => read(hex, () => undefined), CodedError, hex);
  assert.throws(() => read("a1830300006161", () => "integer"), CodedError);
  assert.throws(() => read("a183030000fb3ff8000000000000", () => "integer"), CodedError);
  const many = encodeLwM2mCbor(
    [],
    Array.from({ length: 5000 }, (_, i) => ({ path: [3, 0, i], value: integerValue(0) })),
  );
  assert.throws(() => decodeLwM2mCbor(many, () => "integer"), /more than 4096/);
});

test("every value and any records come back as they were", () => {
  for (const value of edgeValues.filter((v) => !Object.is(v.value, -0))) {
    const records = [{ path: [3, 0, 0], value }];
    const back = decodeLwM2mCbor(encodeLwM2mCbor([], records), () => value.type);
    assert.ok(sameRecords(back, records), String(value.value));
  }
  const roundTrip = (records: DataRecord[]) =>
    sameRecords(decodeLwM2mCbor(encodeLwM2mCbor([10], records), typesOf(records)), records);
  fc.assert(fc.property(anyRecords, roundTrip), { seed: 12, numRuns: 200 });
});

test("cut short anywhere it is malformed", () => {
  const bytes = encodeLwM2mCbor([3, 0], device);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeLwM2mCbor(bytes.subarray(0, length), types), DecodeError);
  }
});

test("any bytes, and any damage to a message, give records or a typed error", () => {
  const bytes = encodeLwM2mCbor([3, 0], device);
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, (changes) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, byte] of changes) damaged[at] = byte;
      typedErrorsOnly(() => decodeLwM2mCbor(damaged, types));
    }),
    { seed: 13, numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (any) => {
      typedErrorsOnly(() => decodeLwM2mCbor(any, types));
    }),
    { seed: 14, numRuns: 2000 },
  );
});
