import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeInnerPlaintext, encodeInnerPlaintext } from "../../../src/dtls/record/inner-plaintext.ts";
import { toHex } from "../../../src/util/bytes.ts";
import { bytesOf } from "../../support/codec-properties.ts";

test("content comes first, then its type, then zeros", () => {
  assert.equal(toHex(encodeInnerPlaintext({ type: 23, content: bytesOf("aa00") }, 3)), "aa0017000000");
});

test("content ending in zeros, empty content and any padding come back as they were", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 20 }),
    fc.integer({ min: 1, max: 255 }),
    fc.nat(20),
    (content, type, padding) => {
      const decoded = decodeInnerPlaintext(encodeInnerPlaintext({ type, content }, padding));
      assert.deepEqual([decoded?.type, toHex(decoded?.content ?? bytesOf("ff"))], [type, toHex(content)]);
    },
  );
  fc.assert(property, { seed: 1 });
});

test("zeros alone, or nothing, have no type", () => {
  for (let length = 0; length < 5; length++) assert.equal(decodeInnerPlaintext(new Uint8Array(length)), undefined);
});
