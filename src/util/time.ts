/** Time that only moves forward, in milliseconds from an arbitrary start. Deadlines and timers use this one. */
export interface MonotonicClock {
  now(): number;
}

/** Calendar time in milliseconds since 1970 UTC. `trusted` is false until something said that the clock is set. */
export interface WallClock {
  now(): number;
  readonly trusted: boolean;
}

export interface Timer {
  cancel(): void;
}

/** One-shot timers. Any delay is allowed, also beyond 2^31 ms; a delay of 0 still fires later, never inside the call. */
export interface Timers {
  schedule(delayMs: number, callback: () => void): Timer;
}
