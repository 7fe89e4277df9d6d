import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

export interface CodecUnderTest<T> {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => T;
  readonly encode: (value: T) => Uint8Array;
  /** Wire forms, in hexadecimal, and what they mean. */
  readonly examples: readonly { readonly hex: string; readonly value: T }[];
  /** Any value that the encoder takes. */
  readonly values: fc.Arbitrary<T>;
  /** Prefixes of an encoding that are complete values themselves. */
  readonly completeAt?: (length: number, value: T) => boolean;
}

/** The four tests that every codec has: examples, round trip, truncation at every length, fuzz. */
export function testCodec<T>(codec: CodecUnderTest<T>): void {
  const { name, decode, encode, examples, values, completeAt } = codec;

  test(`${name} reads and writes its examples`, () => {
    for (const { hex, value } of examples) {
      assert.deepEqual(plain(decode(bytesOf(hex))), plain(value));
      assert.equal(toHex(encode(value)), hex.replaceAll(" ", ""));
    }
  });

  test(`${name} comes back from the wire as it was`, () => {
    const property = fc.property(values, (value) => assert.deepEqual(plain(decode(encode(value))), plain(value)));
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  test(`${name} cut short at any length, or with a byte too many, is malformed`, () => {
    const property = fc.property(values, (value) => {
      const whole = encode(value);
      for (let length = 0; length < whole.length; length++) {
        if (completeAt?.(length, value)) continue;
        assert.throws(() => decode(whole.subarray(0, length)), DecodeError, `${length} of ${toHex(whole)}`);
      }
      assert.throws(() => decode(Uint8Array.of(...whole, 0)), DecodeError, `${toHex(whole)}00`);
    });
    fc.assert(property, { seed: 1, numRuns: 30 });
  });

  test(`${name} of any bytes is a value or a DecodeError`, () => {
    const mutated = fc.tuple(values, fc.nat(), fc.nat(255)).map(([value, at, byte]) => mutate(encode(value), at, byte));
    const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated), (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    });
    fc.assert(property, { seed: 1, numRuns: 500 });
  });
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

function mutate(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[at % copy.length] = byte;
  return copy;
}

/** Byte arrays as hexadecimal text, so that views and copies compare equal. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}
