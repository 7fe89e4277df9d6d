import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultBench, makeParties } from "../support/fault-bench.ts";

test("with binding UQ the agent sleeps after the awake time of the configuration, and wakes to update", async () => {
  const config = { server: { binding: "UQ" }, queueMode: { awake: 5 } };
  const bench = new FaultBench(await makeParties(), { config });
  bench.agent.start();
  await bench.registered(1);
  await bench.time.advance(4_000);
  assert.equal(bench.count("asleep"), 0);
  await bench.time.advance(2_000);
  assert.equal(bench.count("asleep"), 1);
  assert.equal(bench.agent.status.servers[0]?.state, "asleep");
  await bench.time.advance(300_000);
  assert.equal(bench.count("registered"), 1);
  assert.ok(bench.count("updated") >= 1);
  assert.equal(bench.server.registrations.length, 1);
  await bench.stopped();
});
