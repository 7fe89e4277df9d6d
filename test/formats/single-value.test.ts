import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeCbor, encodeCbor } from "../../src/formats/cbor.ts";
import { decodeOpaque, encodeOpaque } from "../../src/formats/opaque.ts";
import { decodeText, encodeText } from "../../src/formats/text.ts";
import {
  equalValues,
  opaqueValue,
  stringValue,
  type Value,
  ValueError,
  type ValueType,
} from "../../src/formats/values.ts";
import { encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";
import { CodedError, DecodeError } from "../../src/util/coded-error.ts";
import { typedErrorsOnly } from "./only-typed-errors.ts";
import { anyValue, edgeValues, valueTypes } from "./sample.ts";

const codecs: readonly [string, (value: Value) => Uint8Array, (bytes: Uint8Array, type: ValueType) => Value][] = [
  ["text", encodeText, decodeText],
  ["CBOR", encodeCbor, decodeCbor],
];

for (const [name, encode, decode] of codecs) {
  test(`${name} gives every value back as it was`, () => {
    for (const value of edgeValues) {
      const back = decode(encode(value), value.type);
      if (Object.is(value.value, -0)) assert.ok(back.value === 0);
      else assert.ok(equalValues(back, value), `${value.type} ${String(value.value)} became ${String(back.value)}`);
    }
    fc.assert(
      fc.property(anyValue, (value) => equalValues(decode(encode(value), value.type), value)),
      { seed: 1 },
    );
  });

  test(`${name} answers any bytes with a value or a typed error`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...valueTypes), (bytes, type) => {
        typedErrorsOnly(() => decode(bytes, type));
      }),
      { seed: 2, numRuns: 3000 },
    );
  });
}

test("text values are written as the specification says", () => {
  const texts = edgeValues
    .filter(({ type }) => type !== "string")
    .map((value) => new TextDecoder().decode(encodeText(value)));
  for (const expected of [
    "0",
    "1",
    "-9223372036854775808",
    "18446744073709551615",
    "1e-7",
    "AP+ABw==",
    "65535:65535",
  ]) {
    assert.ok(texts.includes(expected), expected);
  }
});

test("text that is not of the type is refused", () => {
  const bad: [string, ValueType][] = [
    ["", "integer"],
    ["1.0", "integer"],
    ["+1", "integer"],
    [" 1", "integer"],
    ["9223372036854775808", "integer"],
    ["-1", "unsigned"],
    ["NaN", "float"],
    ["Infinity", "float"],
    [".5", "float"],
    ["true", "boolean"],
    ["2", "boolean"],
    ["A", "opaque"],
    ["3", "objlnk"],
  ];
  for (const [text, type] of bad)
    assert.throws(() => decodeText(encodeUtf8(text), type), CodedError, `${text} ${type}`);
  assert.throws(() => decodeText(Uint8Array.of(0xc3), "string"), DecodeError);
});

test("an octet-stream is the bytes of an opaque value", () => {
  assert.deepEqual(decodeOpaque(encodeOpaque(opaqueValue(Uint8Array.of(1, 2)))), opaqueValue(Uint8Array.of(1, 2)));
  assert.throws(() => encodeOpaque(stringValue("a")), ValueError);
});

test("CBOR encodes the examples of RFC 8949 appendix A", () => {
  const cases: [string, ValueType, bigint | number | string | boolean][] = [
    ["00", "integer", 0n],
    ["3bffffffffffffffff", "integer", 0n],
    ["1bffffffffffffffff", "unsigned", 18446744073709551615n],
    ["3903e7", "integer", -1000n],
    ["fb3ff199999999999a", "float", 1.1],
    ["f93e00", "float", 1.5],
    ["f5", "boolean", true],
    ["6449455446", "string", "IETF"],
    ["c11a514b67b0", "time", 1363896240n],
    ["c48221196ab3", "float", 273.15],
    ["c4820219ffff", "integer", 6553500n],
  ];
  for (const [hex, type, expected] of cases) {
    if (hex === "3bffffffffffffffff") assert.throws(() => decodeCbor(fromHex(hex), type), ValueError);
    else assert.equal(decodeCbor(fromHex(hex), type).value, expected, hex);
  }
  assert.equal(toHex(encodeCbor({ type: "integer", value: -1000n })), "3903e7");
});

test("CBOR cut short anywhere, or with a byte too many, is malformed", () => {
  const bytes = encodeCbor(stringValue("0123456789abcdefghijklmnopqrstuvwxyz"));
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeCbor(bytes.subarray(0, length), "string"), DecodeError);
  }
  assert.throws(() => decodeCbor(Uint8Array.of(...bytes, 0), "string"), DecodeError);
});

test("CBOR that a strict reader must not take is refused", () => {
  const bad = ["f97e00", "f97c00", "f7", "61c3", "c2420100", "c1c100", "c482f500", "ff", "9fff", "a100ff", "1c", "c4"];
  for (const hex of bad) assert.throws(() => decodeCbor(fromHex(hex), "float"), CodedError, hex);
  for (const hex of ["61c3", "62c328", "63eda080"])
    assert.throws(() => decodeCbor(fromHex(hex), "string"), /not UTF-8/, hex);
  assert.throws(() => decodeCbor(new Uint8Array(100_000).fill(0x81), "float"), /more than 16 levels/);
  assert.throws(() => decodeCbor(new Uint8Array(100_000).fill(0xc1), "float"), /tag on a tag/);
  const many = Uint8Array.from({ length: 0x30005 }, (_, i) => [0x9a, 0, 3, 0, 0][i] ?? 0);
  assert.throws(() => decodeCbor(many, "float"), /more than 100000 items/);
});
