import assert from "node:assert/strict";
import { test } from "node:test";
import { MemorySessionCache } from "../../src/dtls/session-cache.ts";

const session = (id: number) => ({
  sessionId: Uint8Array.of(id),
  masterSecret: new Uint8Array(48).fill(id),
  cipherSuite: 0xc0ae,
  peerChain: [],
});
const known = (cache: MemorySessionCache, now = 0) =>
  [1, 2, 3].filter((id) => cache.find(Uint8Array.of(id), now) !== undefined);

test("a session is found by its id until it is removed", () => {
  const cache = new MemorySessionCache();
  cache.store(session(1), 0);
  cache.store(session(2), 0);
  assert.deepEqual(cache.find(Uint8Array.of(1), 0), session(1));
  cache.remove(Uint8Array.of(1));
  assert.deepEqual(known(cache), [2]);
});

test("one session more than there is room for puts out the oldest", () => {
  const cache = new MemorySessionCache({ maxSessions: 2 });
  for (const id of [1, 2, 2, 3]) cache.store(session(id), 0);
  assert.deepEqual(known(cache), [2, 3]);
  assert.equal(cache.size, 2);
});

test("a session is too old after a day, or after as long as configured, and is forgotten then", () => {
  for (const [cache, maxAgeMs] of [
    [new MemorySessionCache(), 86_400_000],
    [new MemorySessionCache({ maxAgeMs: 500 }), 500],
  ] as const) {
    cache.store(session(1), 1000);
    assert.deepEqual(known(cache, 999 + maxAgeMs), [1]);
    assert.deepEqual(known(cache, 1000 + maxAgeMs), []);
    assert.equal(cache.size, 0);
  }
});
