import assert from "node:assert/strict";
import { test } from "node:test";
import { classByte } from "../../src/smartcard/class-byte.ts";

test("channels 0 to 3 are the low bits of 0X and 8X", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((channel) => classByte("interindustry", channel)),
    [0x00, 0x01, 0x02, 0x03],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((channel) => classByte("proprietary", channel)),
    [0x80, 0x81, 0x82, 0x83],
  );
});

test("channels 4 to 19 are counted from 4 in 4X and CX", () => {
  assert.deepEqual(
    [4, 5, 19].map((channel) => classByte("interindustry", channel)),
    [0x40, 0x41, 0x4f],
  );
  assert.deepEqual(
    [4, 5, 19].map((channel) => classByte("proprietary", channel)),
    [0xc0, 0xc1, 0xcf],
  );
});

test("no two of the 40 combinations share a class byte", () => {
  const all = Array.from({ length: 20 }, (_, channel) => [
    classByte("interindustry", channel),
    classByte("proprietary", channel),
  ]).flat();
  assert.equal(new Set(all).size, 40);
});

test("a channel that no card has is refused", () => {
  for (const channel of [-1, 20, 1.5, Number.NaN]) assert.throws(() => classByte("proprietary", channel), RangeError);
});
