import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultBench, makeParties } from "../support/fault-bench.ts";

/** Of RFC 7252 §4.8.2 with its default parameters: the margin before the lifetime ends, and what noticing takes. */
const maxTransmitWaitMs = 93_000;
const lifetimeMs = 300_000;

test("a server that was restarted and forgot us has us again before the old lifetime and a time-out are over", async () => {
  const bench = new FaultBench(await makeParties());
  bench.agent.start();
  await bench.registered(1);
  const lostAt = bench.time.now();
  const before = bench.count("handshake");
  bench.replaceServer();
  await bench.registered(2);
  const took = bench.time.now() - lostAt;
  const updateDueMs = lifetimeMs - maxTransmitWaitMs;
  const handshakeMs = 1000;
  assert.ok(took > updateDueMs && took <= updateDueMs + maxTransmitWaitMs + handshakeMs, `${took} ms`);
  assert.equal(bench.count("handshake"), before + 1);
  assert.equal(bench.server.registrations.length, 1);
  await bench.stopped();
});
