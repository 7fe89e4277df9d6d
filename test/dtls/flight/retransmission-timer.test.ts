import assert from "node:assert/strict";
import { test } from "node:test";
import { RetransmissionTimer } from "../../../src/dtls/flight/retransmission-timer.ts";

const times = { initialTimeoutMs: 1000, maxTimeoutMs: 60_000, maxRetransmissions: 8 };

test("the time-out doubles up to its cap until the retransmissions are used up", () => {
  const timer = new RetransmissionTimer(times);
  timer.start(0);
  const waits: number[] = [];
  let now = 0;
  while (!timer.exhausted) {
    waits.push((timer.deadline ?? 0) - now);
    now = timer.deadline ?? 0;
    timer.backOff(now);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

test("a new flight starts from the initial time-out", () => {
  const timer = new RetransmissionTimer(times);
  timer.start(0);
  timer.backOff(1000);
  timer.start(1500);
  assert.equal(timer.deadline, 2500);
  assert.equal(timer.retransmissions, 0);
});

test("a pause is not counted: afterwards the whole time-out is waited", () => {
  const timer = new RetransmissionTimer(times);
  timer.start(0);
  timer.pause();
  assert.equal(timer.deadline, undefined);
  timer.run(5000);
  assert.equal(timer.deadline, 6000);
  timer.run(5500);
  assert.equal(timer.deadline, 6000);
});
