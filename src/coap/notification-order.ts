import type { MonotonicClock } from "../util/time.ts";

/** RFC 7641 §3.4. */
const orderHoldsForMs = 128_000;
const halfRange = 1 << 23;

/** Tells whether a notification is newer than the newest seen so far. */
export class NotificationOrder {
  readonly #clock: MonotonicClock;
  #sequence: number;
  #seenAt: number;

  constructor(clock: MonotonicClock, sequence: number) {
    this.#clock = clock;
    this.#sequence = sequence;
    this.#seenAt = clock.now();
  }

  accept(sequence: number): boolean {
    const now = this.#clock.now();
    const [v1, v2] = [this.#sequence, sequence];
    const newer = (v1 < v2 && v2 - v1 < halfRange) || (v1 > v2 && v1 - v2 > halfRange);
    if (!newer && now <= this.#seenAt + orderHoldsForMs) return false;
    this.#sequence = sequence;
    this.#seenAt = now;
    return true;
  }
}
