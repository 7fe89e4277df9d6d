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
    if (!isLaterSequence(sequence, this.#sequence) && now <= this.#seenAt + orderHoldsForMs) return false;
    this.#sequence = sequence;
    this.#seenAt = now;
    return true;
  }
}

/** Whether an Observe value follows another, 24 bits that begin again at 0 (RFC 7641 §3.4). */
export function isLaterSequence(sequence: number, before: number): boolean {
  return (before < sequence && sequence - before < halfRange) || (before > sequence && before - sequence > halfRange);
}
