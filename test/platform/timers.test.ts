import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeTimers } from "../../src/platform/timers.ts";

const day = 86_400_000;
const longestMs = 2 ** 31 - 1;

test("a delay of 100 days does not fire early", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let fired = 0;
  nodeTimers.schedule(100 * day, () => fired++);
  for (let parts = 0; parts < 4; parts++) t.mock.timers.tick(longestMs);
  assert.equal(fired, 0);
  t.mock.timers.tick(100 * day - 4 * longestMs);
  assert.equal(fired, 1);
});

test("a cancelled timer never fires, also in its second part", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let fired = 0;
  const timer = nodeTimers.schedule(100 * day, () => fired++);
  t.mock.timers.tick(longestMs);
  t.mock.timers.tick(longestMs);
  timer.cancel();
  for (let parts = 0; parts < 4; parts++) t.mock.timers.tick(longestMs);
  assert.equal(fired, 0);
});

test("a delay of 0 fires after the call", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let fired = 0;
  nodeTimers.schedule(0, () => fired++);
  assert.equal(fired, 0);
  t.mock.timers.tick(0);
  assert.equal(fired, 1);
});
