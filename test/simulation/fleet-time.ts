import type { MonotonicClock, Timer, Timers, WallClock } from "../../src/util/time.ts";

interface Entry {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** As VirtualTime, for very many timers: a binary heap, cancelled entries stay in it until their time. */
export class FleetTime implements MonotonicClock, WallClock, Timers {
  readonly trusted = true;
  #now = 0;
  #order = 0;
  readonly #heap: Entry[] = [];

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#push(entry);
    return {
      cancel: () => {
        entry.callback = undefined;
      },
    };
  }

  /** Runs what is due until then, in order; promises settle before time moves on. */
  async advanceTo(end: number): Promise<void> {
    await turn();
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (!next.callback) continue;
      this.#now = next.at;
      next.callback();
      if ((this.#heap[0]?.at ?? Number.POSITIVE_INFINITY) > this.#now) await turn();
    }
    this.#now = end;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && before(entry, heap[parent]); parent = (i - 1) >> 1) {
      heap[i] = heap[parent] ?? entry;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const child = before(heap[left + 1], heap[left]) ? left + 1 : left;
      const smaller = heap[child];
      if (!smaller || !before(smaller, last)) break;
      heap[i] = smaller;
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Every promise that can settle without a timer has settled after one turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
