import assert from "node:assert/strict";
import { test } from "node:test";
import { RetrySchedule } from "../../src/util/retry-schedule.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const zeros = { randomBytes: (length: number) => new Uint8Array(length) };
const policy = { firstDelayMs: 1000, maxDelayMs: 10_000, jitter: 0.5 };

test("delays double up to the cap and start again after a reset", () => {
  const schedule = new RetrySchedule(policy, zeros);
  assert.deepEqual(
    Array.from({ length: 6 }, () => schedule.next()),
    [1000, 2000, 4000, 8000, 10_000, 10_000],
  );
  assert.equal(schedule.attempts, 6);
  schedule.reset();
  assert.equal(schedule.next(), 1000);
});

test("jitter shortens a delay by at most its share, and never ends", () => {
  const schedule = new RetrySchedule(policy, new SeededRandom(1));
  const delays = Array.from({ length: 2000 }, () => schedule.next()).slice(4);
  assert.ok(delays.every((delay) => delay > 5000 && delay <= 10_000));
  assert.ok(new Set(delays).size > 1000);
});
