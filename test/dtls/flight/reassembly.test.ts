import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { HandshakeFragment } from "../../../src/dtls/flight/handshake-fragment.ts";
import { Reassembly } from "../../../src/dtls/flight/reassembly.ts";
import { toHex } from "../../../src/util/bytes.ts";

const body = Uint8Array.from({ length: 40 }, (_, i) => i);

function part(messageSequence: number, from: number, to: number, overrides: Partial<HandshakeFragment> = {}) {
  return { type: 11, length: body.length, messageSequence, offset: from, body: body.subarray(from, to), ...overrides };
}

test("fragments in any order, overlapping and repeated, give the message", () => {
  const ranges = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 30 });
  const property = fc.property(ranges, (cuts) => {
    const reassembly = new Reassembly(100);
    for (const [a, b] of cuts) reassembly.accept(part(0, Math.min(a, b), Math.max(a, b)), 0);
    reassembly.accept(part(0, 20, 40), 0);
    reassembly.accept(part(0, 0, 20), 0);
    assert.equal(toHex(reassembly.take()?.body ?? new Uint8Array()), toHex(body));
  });
  fc.assert(property, { seed: 1 });
});

test("a message that is not complete is not given", () => {
  const reassembly = new Reassembly(100);
  reassembly.accept(part(0, 0, 39), 0);
  assert.equal(reassembly.take(), undefined);
});

test("messages are given in the order of their numbers, and an old one is known as such", () => {
  const reassembly = new Reassembly(100);
  assert.equal(reassembly.accept(part(1, 0, 40), 0), "kept");
  assert.equal(reassembly.take(), undefined);
  reassembly.accept(part(0, 0, 40), 0);
  assert.ok(reassembly.take());
  assert.ok(reassembly.take());
  assert.equal(reassembly.nextSequence, 2);
  assert.equal(reassembly.accept(part(1, 0, 40), 0), "old");
});

test("what goes into the transcript is the message as if it had come in one piece", () => {
  const reassembly = new Reassembly(100, 7);
  reassembly.accept(part(7, 0, 10), 0);
  reassembly.accept(part(7, 10, 40), 0);
  assert.equal(toHex(reassembly.take()?.raw.subarray(0, 12) ?? new Uint8Array()), "0b0000280007000000000028");
});

test("a message without a body is complete at once", () => {
  const reassembly = new Reassembly(100);
  reassembly.accept(part(0, 0, 0, { type: 14, length: 0 }), 0);
  assert.equal(reassembly.take()?.type, 14);
});

test("a forged fragment of another length gives way to the real ones when they are sent again", () => {
  const reassembly = new Reassembly(100);
  reassembly.accept(part(0, 0, 40, { length: 90 }), 0);
  reassembly.accept(part(0, 0, 40), 0);
  assert.equal(reassembly.take()?.body.length, 40);
});

test("fragments of one message in two epochs are not put together", () => {
  const reassembly = new Reassembly(100);
  reassembly.accept(part(0, 0, 20), 0);
  reassembly.accept(part(0, 20, 40), 1);
  assert.equal(reassembly.take(), undefined);
});

test("a message over the limit is refused and names the setting", () => {
  const reassembly = new Reassembly(100);
  assert.throws(() => reassembly.accept(part(0, 0, 1, { length: 101 }), 0), /maxHandshakeMessageBytes/);
});

test("whatever comes, no more than twice the limit is set aside", () => {
  const fragment = fc.record({
    messageSequence: fc.nat(20),
    length: fc.integer({ min: 1, max: 100 }),
    type: fc.nat(255),
  });
  const property = fc.property(fc.array(fragment, { maxLength: 60 }), (fragments) => {
    const reassembly = new Reassembly(100);
    for (const one of fragments) {
      reassembly.accept({ ...one, offset: 0, body: new Uint8Array(1) }, 0);
      assert.ok(reassembly.bufferedBytes <= 200);
    }
  });
  fc.assert(property, { seed: 1 });
});

test("the next message finds room even when later ones took all of it", () => {
  const reassembly = new Reassembly(100);
  for (const sequence of [1, 2, 3]) reassembly.accept(part(sequence, 0, 1, { length: 100 }), 0);
  assert.equal(reassembly.accept(part(0, 0, 40), 0), "kept");
  assert.ok(reassembly.take());
});

test("fragments far ahead are dropped", () => {
  const reassembly = new Reassembly(100);
  assert.equal(reassembly.accept(part(8, 0, 40), 0), "dropped");
});
