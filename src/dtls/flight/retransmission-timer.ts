/** Waiting times in milliseconds. */
export interface RetransmissionTimes {
  readonly initialTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly maxRetransmissions: number;
}

/**
 * When a flight has to be sent again (RFC 6347 §4.2.4.1): after the initial time-out, then after twice as long each
 * time up to the cap. It stands still while the answer is not the peer's to give.
 */
export class RetransmissionTimer {
  readonly #times: RetransmissionTimes;
  #timeoutMs: number;
  #retransmissions = 0;
  #deadline: number | undefined;

  constructor(times: RetransmissionTimes) {
    this.#times = times;
    this.#timeoutMs = times.initialTimeoutMs;
  }

  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** How often the current flight was sent again because nobody answered. */
  get retransmissions(): number {
    return this.#retransmissions;
  }

  get exhausted(): boolean {
    return this.#retransmissions >= this.#times.maxRetransmissions;
  }

  /** For a new flight. */
  start(now: number): void {
    this.#timeoutMs = this.#times.initialTimeoutMs;
    this.#retransmissions = 0;
    this.#deadline = now + this.#timeoutMs;
  }

  /** Goes on after `pause` with the whole current time-out; no effect on a running timer. */
  run(now: number): void {
    this.#deadline ??= now + this.#timeoutMs;
  }

  pause(): void {
    this.#deadline = undefined;
  }

  /** The flight goes out once more. */
  backOff(now: number): void {
    this.#retransmissions++;
    this.#timeoutMs = Math.min(2 * this.#timeoutMs, this.#times.maxTimeoutMs);
    this.#deadline = now + this.#timeoutMs;
  }
}
