import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeTlv, expectTlv, readTlv } from "../../src/smartcard/ber-tlv.ts";
import { ByteReader, fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

const read = (bytes: Uint8Array) => readTlv(new ByteReader(bytes, "test"));

test("lengths are written in their shortest form", () => {
  const headers = [0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000].map((length) =>
    toHex(encodeTlv(0x9b, new Uint8Array(length)).subarray(0, 5).subarray(0, headerLength(length))),
  );
  assert.deepEqual(headers, ["9b00", "9b7f", "9b8180", "9b81ff", "9b820100", "9b82ffff", "9b83010000"]);
});

function headerLength(length: number): number {
  return length < 0x80 ? 2 : length < 0x100 ? 3 : length < 0x1_0000 ? 4 : 5;
}

test("a long length that could be shorter is read, as BER allows", () => {
  assert.deepEqual(read(fromHex("73820002aabb")), { tag: 0x73, value: fromHex("aabb") });
});

test("indefinite and absurd lengths are malformed", () => {
  for (const hex of ["308000", "3084000000010a", "30ff00"]) assert.throws(() => read(fromHex(hex)), DecodeError);
});

test("another tag than the expected one is named in the error", () => {
  assert.throws(() => expectTlv(new ByteReader(fromHex("840101"), "test"), 0x85), /tag 85 expected, 84 came/);
});

test("every value survives the way there and back, and no truncation of it does", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }), (tag, value) => {
      const encoded = encodeTlv(tag, value);
      assert.deepEqual(read(encoded), { tag, value });
      for (let length = 0; length < encoded.length; length++) {
        assert.throws(() => read(encoded.subarray(0, length)), DecodeError);
      }
    }),
    { seed: 2, numRuns: 50 },
  );
});

test("random bytes are read or refused with a DecodeError, nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
    { seed: 3, numRuns: 2000 },
  );
});
