import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeResponse, encodeCommand } from "../../src/smartcard/apdu.ts";
import { concatBytes, fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

const header = { class: "proprietary", ins: 0xcb, p1: 0x01, p2: 0x02 } as const;

test("the four cases of a command differ in Lc, data and Le", () => {
  const data = fromHex("840101");
  assert.equal(toHex(encodeCommand(header, 0)), "80cb0102");
  assert.equal(toHex(encodeCommand({ ...header, le: 0x44 }, 0)), "80cb010244");
  assert.equal(toHex(encodeCommand({ ...header, data }, 1)), "81cb010203840101");
  assert.equal(toHex(encodeCommand({ ...header, data, le: 1 }, 4)), "c0cb01020384010101");
});

test("an Le of 256 is written as 00", () => {
  assert.equal(toHex(encodeCommand({ ...header, le: 256 }, 0)), "80cb010200");
});

test("what does not fit a short APDU is refused", () => {
  assert.throws(() => encodeCommand({ ...header, data: new Uint8Array(0) }, 0), RangeError);
  assert.throws(() => encodeCommand({ ...header, data: new Uint8Array(256) }, 0), RangeError);
  assert.throws(() => encodeCommand({ ...header, le: 0 }, 0), RangeError);
  assert.throws(() => encodeCommand({ ...header, le: 257 }, 0), RangeError);
});

test("a response is its data and the two bytes of its status word", () => {
  assert.deepEqual(decodeResponse(fromHex("9000")), { data: new Uint8Array(0), statusWord: 0x9000 });
  assert.deepEqual(decodeResponse(fromHex("01026142")), { data: fromHex("0102"), statusWord: 0x6142 });
  assert.equal(decodeResponse(new Uint8Array(258)).data.length, 256);
});

test("a response without room for a status word, or longer than a short APDU, is malformed", () => {
  for (const length of [0, 1, 259]) assert.throws(() => decodeResponse(new Uint8Array(length)), DecodeError);
});

test("any response of 2 to 258 bytes is taken apart without loss", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 258 }), (bytes) => {
      const { data, statusWord } = decodeResponse(bytes);
      assert.deepEqual(concatBytes([data, Uint8Array.of(statusWord >> 8, statusWord & 0xff)]), bytes);
    }),
    { seed: 1 },
  );
});
