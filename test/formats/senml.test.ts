import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DataRecord, TypeLookup } from "../../src/formats/data-record.ts";
import type { Path } from "../../src/formats/path.ts";
import { decodeSenmlCbor, encodeSenmlCbor } from "../../src/formats/senml-cbor.ts";
import { decodeSenmlJson, encodeSenmlJson } from "../../src/formats/senml-json.ts";
import { floatValue, integerValue, objectLinkValue, stringValue, timeValue } from "../../src/formats/values.ts";
import { encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";
import { CodedError, DecodeError } from "../../src/util/coded-error.ts";
import { typedErrorsOnly } from "./only-typed-errors.ts";
import { anyRecords, edgeValues, sameRecords, typesOf } from "./sample.ts";

const device: DataRecord[] = [
  { path: [3, 0, 0], value: stringValue("Acme") },
  { path: [3, 0, 6, 0], value: integerValue(1) },
  { path: [3, 0, 6, 1], value: integerValue(5) },
];
const deviceTypes = typesOf(device);
const json = (text: string, typeOf: TypeLookup = () => undefined) => decodeSenmlJson(encodeUtf8(text), typeOf);

test("an instance is written with a base name that ends in a slash", () => {
  const text = '[{"bn":"/3/0/","n":"0","vs":"Acme"},{"n":"6/0","v":1},{"n":"6/1","v":5}]';
  assert.equal(new TextDecoder().decode(encodeSenmlJson([3, 0], device)), text);
  assert.deepEqual(json(text, deviceTypes), device);
});

test("a single resource is written with its path as base name and no name", () => {
  const records = device.slice(0, 1);
  assert.equal(new TextDecoder().decode(encodeSenmlJson([3, 0, 0], records)), '[{"bn":"/3/0/0","vs":"Acme"}]');
  assert.equal(toHex(encodeSenmlCbor([3, 0, 0], records)), "81a221662f332f302f30036441636d65");
  assert.deepEqual(json('[{"n":"/3/0/0","vs":"Acme"}]'), records);
});

test("the empty list is an empty pack", () => {
  assert.equal(new TextDecoder().decode(encodeSenmlJson([3], [])), "[]");
  assert.equal(toHex(encodeSenmlCbor([3], [])), "80");
});

test("the root is written with a slash", () => {
  const records = [{ path: [1, 0, 1], value: integerValue(60) }];
  assert.equal(
    new TextDecoder().decode(encodeSenmlJson([], records)),
    '[{"bn":"/","n":"1/0/1","v":60}]'.replace('"/",', '"/",'),
  );
  assert.deepEqual(json('[{"bn":"/","n":"1/0/1","v":60}]', typesOf(records)), records);
});

test("base name, base time and base value stay in force until replaced", () => {
  const records = json(
    '[{"bn":"/3303/0/","bt":1e3,"bv":10,"n":"5700","v":1.5,"t":1},{"n":"5701","v":2},{"bn":"/3303/1/","n":"5700","v":3,"t":-2}]',
  );
  assert.deepEqual(records, [
    { path: [3303, 0, 5700], value: floatValue(11.5), time: 1001 },
    { path: [3303, 0, 5701], value: floatValue(12), time: 1000 },
    { path: [3303, 1, 5700], value: floatValue(13), time: 998 },
  ]);
});

test("names without value are paths", () => {
  assert.deepEqual(
    json('[{"n":"/3/0/0"},{"n":"/1/0"},{"n":"/"}]').map(({ path }) => path),
    [[3, 0, 0], [1, 0], []],
  );
});

test("null is for senml-etch, where it says that something shall go", () => {
  const text = '[{"bn":"/3/0/","n":"6/1","v":null},{"n":"0","vs":"Acme"}]';
  assert.throws(() => json(text), DecodeError);
  const records = [{ path: [3, 0, 6, 1], removed: true as const }, ...device.slice(0, 1)];
  assert.deepEqual(decodeSenmlJson(encodeUtf8(text), deviceTypes, "etch"), records);
  const cbor = fromHex("82a321652f332f302f0063362f3102f6a2006130036441636d65");
  assert.throws(() => decodeSenmlCbor(cbor, deviceTypes), DecodeError);
  assert.deepEqual(decodeSenmlCbor(cbor, deviceTypes, "etch"), records);
  assert.throws(
    () => decodeSenmlJson(encodeUtf8('[{"n":"/3/0/0","v":null,"vs":"a"}]'), deviceTypes, "etch"),
    DecodeError,
  );
  assert.throws(() => decodeSenmlJson(encodeUtf8('[{"n":"/3/0/0","vs":null}]'), deviceTypes, "etch"), DecodeError);
});

test("a series is written oldest first with a base time for those that share it", () => {
  const at = (value: number, time: number | undefined, path: Path = [3303, 0, 5700]) => ({
    path,
    value: floatValue(value),
    ...(time !== undefined && { time }),
  });
  const series = [at(3, 1700000002.25), at(1, 1700000001), at(2, 1700000001, [3303, 0, 5701])];
  const text =
    '[{"bn":"/3303/0/","bt":1700000001,"n":"5700","v":1},{"n":"5701","v":2},{"bt":1700000002.25,"n":"5700","v":3}]';
  assert.equal(new TextDecoder().decode(encodeSenmlJson([3303, 0], series)), text);
  assert.deepEqual(
    json(text).map(({ time }) => time),
    [1700000001, 1700000001, 1700000002.25],
  );
  assert.deepEqual(
    decodeSenmlCbor(encodeSenmlCbor([3303, 0], series), () => "float"),
    json(text),
  );
});

test("a value of now stands after those of the past, and no base time holds for it", () => {
  const series = [
    { path: [3303, 0, 5700], value: floatValue(2) },
    { path: [3303, 0, 5700], value: floatValue(1), time: -60 },
  ];
  const text = '[{"bn":"/3303/0/5700","t":-60,"v":1},{"v":2}]';
  assert.equal(new TextDecoder().decode(encodeSenmlJson([3303, 0, 5700], series)), text);
  assert.deepEqual(json(text), series.toReversed());
});

test("a pack has one version, which is not above 10", () => {
  assert.equal(json('[{"bver":10,"n":"/3/0/9","v":1},{"bver":10,"n":"/3/0/9","v":1}]').length, 2);
  for (const bad of ['[{"bver":5},{"bver":6}]', '[{"bver":11}]', '[{"bver":0}]', '[{"bver":1.5}]']) {
    assert.throws(() => json(bad.replaceAll("}", ',"n":"/3/0/9","v":1}')), CodedError, bad);
  }
});

test("labels that need not be known are passed over, in force or not", () => {
  const text = '[{"bn":"/3/0/","bu":"V","bs":7,"n":"9","v":1,"u":"A","s":3,"ut":10,"x":{}}]';
  assert.deepEqual(json(text), [{ path: [3, 0, 9], value: floatValue(1) }]);
});

test("integers of 64 bits are exact in both directions", () => {
  const big = 9223372036854775807n;
  const records = [{ path: [1, 0, 1], value: integerValue(big) }];
  assert.deepEqual(
    json(`[{"n":"/1/0/1","v":${big}}]`, () => "integer"),
    records,
  );
  assert.ok(new TextDecoder().decode(encodeSenmlJson([1, 0, 1], records)).includes(String(big)));
  assert.deepEqual(
    decodeSenmlCbor(encodeSenmlCbor([1, 0, 1], records), () => "integer"),
    records,
  );
});

test("a float that is whole stays a float in CBOR, where a reader may take the type from it, and is plain in JSON", () => {
  const records = [{ path: [6, 0, 2], value: floatValue(140) }];
  assert.equal(toHex(encodeSenmlCbor([6, 0, 2], records)), "81a221662f362f302f3202f95860");
  assert.equal(new TextDecoder().decode(encodeSenmlJson([6, 0, 2], records)), '[{"bn":"/6/0/2","v":140}]');
});

test("object links use the text label vlo, also in CBOR", () => {
  const records = [{ path: [1, 0, 10], value: objectLinkValue(11, 0) }];
  const bytes = encodeSenmlCbor([1, 0, 10], records);
  assert.equal(toHex(bytes), "81a221672f312f302f31306376" + "6c6f" + "6431313a30");
  assert.deepEqual(
    decodeSenmlCbor(bytes, () => "objlnk"),
    records,
  );
});

test("CBOR of indefinite length, wide integers and decimal fractions are understood", () => {
  const hex = "9fbf21672f332f302f3133001900000219000aff" + "ff";
  assert.throws(() => decodeSenmlCbor(fromHex(hex), () => "time"), CodedError);
  const good = "9fbf21672f332f302f313302c24101ffff";
  assert.throws(() => decodeSenmlCbor(fromHex(good), () => "time"), DecodeError);
  assert.deepEqual(
    decodeSenmlCbor(fromHex("9fbf21672f332f302f313302c482010affff"), () => "time"),
    [{ path: [3, 0, 13], value: timeValue(100) }],
  );
  assert.deepEqual(
    decodeSenmlCbor(fromHex("81a221672f332f302f3133021a0000000a"), () => "time"),
    [{ path: [3, 0, 13], value: timeValue(10) }],
  );
});

test("what the rules forbid is refused", () => {
  const bad = [
    "{}",
    "[1]",
    '[{"n":"3/0/0","v":1}]',
    '[{"bn":"/3/0","n":"0","v":1},{"n":"x"}]',
    '[{"n":"/3/0/0","v":1,"vs":"a"}]',
    '[{"n":"/3/0/0","v":"1"}]',
    '[{"n":"/3/0/0","vs":1}]',
    '[{"n":"/3/0/0","vb":1}]',
    '[{"n":"/3/0/0","vd":"a+b="}]',
    '[{"n":"/3/0/0","vlo":"3"}]',
    '[{"n":"/3/0/0","must_":1}]',
    '[{"n":"/3/0/0","n":"/3/0/1","v":1}]',
    '[{"n":"/3/0/0","bver":11,"v":1}]',
    '[{"n":"/3/0/0","vs":"\\ud800"}]',
    '[{"n":"/3/0/0","vs":"a\u0001"}]',
    '[{"n":"/3/0/0","v":01}]',
    '[{"n":"/3/0/0","v":NaN}]',
    '[{"n":"/3/0/0","v":1},]',
    "[] []",
    "[".repeat(100),
  ];
  for (const text of bad) assert.throws(() => json(text), CodedError, text);
  assert.throws(() => json('[{"n":"/3/0/0","vs":"1"}]', () => "integer"), CodedError);
  assert.throws(() => json('[{"n":"/3/0/0","v":1.5}]', () => "integer"), CodedError);
  assert.deepEqual(json('[{"n":"/3/0/0","u":"s","v":1,"ut":5,"s":{"x":[true,false,null]}}]').length, 1);
});

const codecs: readonly [
  string,
  (base: Path, records: readonly DataRecord[]) => Uint8Array,
  (bytes: Uint8Array, typeOf: TypeLookup) => DataRecord[],
][] = [
  ["SenML JSON", encodeSenmlJson, decodeSenmlJson],
  ["SenML CBOR", encodeSenmlCbor, decodeSenmlCbor],
];

for (const [name, encode, decode] of codecs) {
  test(`${name} gives every value and any records back`, () => {
    for (const value of edgeValues.filter((v) => !Object.is(v.value, -0))) {
      const records = [{ path: [3, 0, 0], value }];
      assert.ok(
        sameRecords(
          decode(encode([3, 0, 0], records), () => value.type),
          records,
        ),
        String(value.value),
      );
    }
    const roundTrip = (records: DataRecord[]) => sameRecords(decode(encode([10], records), typesOf(records)), records);
    fc.assert(fc.property(anyRecords, roundTrip), { seed: 5, numRuns: 200 });
  });

  test(`${name} cut short anywhere is malformed`, () => {
    const bytes = encode([3, 0], device);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decode(bytes.subarray(0, length), deviceTypes), DecodeError);
    }
  });

  test(`${name} answers any bytes, and any damage to a message, with records or a typed error`, () => {
    const bytes = encode([3, 0], device);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        typedErrorsOnly(() => decode(damaged, deviceTypes));
      }),
      { seed: 6, numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (any) => {
        typedErrorsOnly(() => decode(any, deviceTypes));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
}
