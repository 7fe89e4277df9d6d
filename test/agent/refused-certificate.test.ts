import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultBench, makeParties } from "../support/fault-bench.ts";
import { MemoryCache } from "../support/iotsafe-host.ts";

const readFile = 0xb0;

test("a certificate that was misread is read again once the server has refused it, and cached anew", async () => {
  const cache = new MemoryCache();
  const bench = new FaultBench(await makeParties(), { cache });
  let reads = 0;
  // Five bytes too many in the middle of the file: still a certificate to look at, with a wrong signature.
  bench.card.replan((_, command) => {
    if (command[1] === readFile) reads++;
    return command[1] === readFile && reads === 2 ? { kind: "length", by: 5 } : undefined;
  });
  bench.agent.start();
  await bench.registered(1);
  assert.equal(reads, 4);
  assert.equal(bench.count("retrying"), 1);
  assert.match(bench.log.complaints.join(), /the peer sent alert bad_certificate/);
  assert.equal(cache.entries.size, 1);
  await bench.stopped();
});
