import type { MonotonicClock, WallClock } from "../util/time.ts";

export const monotonicClock: MonotonicClock = { now: () => performance.now() };

/** Earlier than any certificate of ours: a machine that says less has lost its clock (no battery, not yet set). */
const released = Date.UTC(2026, 0, 1);

export const systemWallClock: WallClock = {
  now: () => Date.now(),
  get trusted() {
    return Date.now() >= released;
  },
};
