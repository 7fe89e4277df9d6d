import type { Timer, Timers, WallClock } from "../../util/time.ts";

/** A clock may be set, a machine may sleep: the deadline is looked at again at least this often. */
const longestSleepMs = 6 * 3_600_000;

/**
 * Fires once when the calendar has come to a time, however far away it is; one that has passed, while the machine slept or
 * because the clock was set, fires soon. `look` after a change of the clock spares the wait for the next look.
 */
export class WallTimer {
  readonly #clock: WallClock;
  readonly #timers: Timers;
  readonly #fire: () => void;
  #at: number | undefined;
  #timer: Timer | undefined;

  constructor(clock: WallClock, timers: Timers, fire: () => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#fire = fire;
  }

  /** Milliseconds since 1970; undefined while it is not armed. */
  get at(): number | undefined {
    return this.#at;
  }

  arm(at: number): void {
    this.#at = at;
    this.#sleep();
  }

  disarm(): void {
    this.#at = undefined;
    this.#timer?.cancel();
  }

  look(): void {
    if (this.#at !== undefined) this.#sleep();
  }

  #sleep(): void {
    this.#timer?.cancel();
    const leftMs = Math.max(0, (this.#at ?? 0) - this.#clock.now());
    this.#timer = this.#timers.schedule(Math.min(leftMs, longestSleepMs), () => this.#wake());
  }

  #wake(): void {
    if (this.#at === undefined) return;
    if (this.#clock.now() < this.#at) {
      this.#sleep();
    } else {
      this.#at = undefined;
      this.#fire();
    }
  }
}
