import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeFrame, FrameReader } from "../../src/platform/vpcd-framing.ts";
import { concatBytes, fromHex } from "../../src/util/bytes.ts";

test("a message is its length in two bytes and itself", () => {
  assert.deepEqual(encodeFrame(fromHex("00a40400")), fromHex("000400a40400"));
});

test("messages come out whole however the stream is cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
  fc.assert(
    fc.property(messages, fc.integer({ min: 1, max: 50 }), (all, size) => {
      const stream = concatBytes(all.map(encodeFrame));
      const reader = new FrameReader();
      const out: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) out.push(...reader.push(stream.subarray(at, at + size)));
      assert.deepEqual(out, all);
    }),
    { seed: 11 },
  );
});
