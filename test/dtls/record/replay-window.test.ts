import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ReplayWindow } from "../../../src/dtls/record/replay-window.ts";

test("a number is fresh once", () => {
  const window = new ReplayWindow();
  assert.equal(window.isFresh(0), true);
  window.mark(0);
  assert.equal(window.isFresh(0), false);
  assert.equal(window.isFresh(1), true);
});

test("64 numbers are remembered, older ones are refused", () => {
  const window = new ReplayWindow();
  window.mark(100);
  assert.equal(window.isFresh(37), true);
  assert.equal(window.isFresh(36), false);
});

test("asking alone changes nothing", () => {
  const window = new ReplayWindow();
  assert.equal(window.isFresh(1000), true);
  assert.equal(window.isFresh(0), true);
});

test("the window agrees with a list of everything that was seen", () => {
  const property = fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (sequences) => {
    const window = new ReplayWindow();
    const seen = new Set<number>();
    let highest = -1;
    for (const sequence of sequences) {
      const fresh = !seen.has(sequence) && sequence > highest - 64;
      assert.equal(window.isFresh(sequence), fresh);
      if (!fresh) continue;
      window.mark(sequence);
      seen.add(sequence);
      highest = Math.max(highest, sequence);
    }
  });
  fc.assert(property, { seed: 1, numRuns: 300 });
});
