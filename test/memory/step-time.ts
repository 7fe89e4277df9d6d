import type { MonotonicClock, Timer, Timers } from "../../src/util/time.ts";

interface Scheduled {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * Clock and timers for runs of a million steps: `advance` runs what is due and nothing else, and costs next to nothing.
 * Promises are the caller's to wait for.
 */
export class StepTime implements MonotonicClock, Timers {
  #now = 0;
  readonly #timers = new Set<Scheduled>();

  now(): number {
    return this.#now;
  }

  get armed(): number {
    return this.#timers.size;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue;
      timer.callback();
    }
  }
}
