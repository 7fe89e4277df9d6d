import type { MonotonicClock, Timer, Timers, WallClock } from "../../src/util/time.ts";

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Clock and timers that move only when a test says so: 24 hours take a second, and nothing ever sleeps. */
export class VirtualTime implements MonotonicClock, WallClock, Timers {
  readonly trusted = true;
  #now: number;
  #order = 0;
  #queue: Scheduled[] = [];

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#queue.length;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#queue.push(entry);
    return { cancel: () => this.#remove(entry) };
  }

  /** Runs what is due within the next `ms`, in order, letting promises settle after each callback. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#remove(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  #nextUntil(end: number): Scheduled | undefined {
    const due = this.#queue.filter((entry) => entry.at <= end);
    return due.sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }

  #remove(entry: Scheduled): void {
    this.#queue = this.#queue.filter((other) => other !== entry);
  }
}

/** Lets every promise that can settle without a timer do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
