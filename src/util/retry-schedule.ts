/** Random bytes: what `Entropy` of crypto/ports.ts gives, which util must not import. */
interface RandomBytes {
  randomBytes(length: number): Uint8Array;
}

export interface RetryPolicy {
  /** Before the first retry, without jitter. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Each delay is drawn from 1 - jitter .. 1 of its nominal length, so that a fleet does not come back at once. */
  readonly jitter: number;
}

/** Delays that double from the first to a cap and never end; `reset` after a success. */
export class RetrySchedule {
  readonly #policy: RetryPolicy;
  readonly #entropy: RandomBytes;
  #attempts = 0;

  constructor(policy: RetryPolicy, entropy: RandomBytes) {
    this.#policy = policy;
    this.#entropy = entropy;
  }

  /** How many delays were given since the start or the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const { firstDelayMs, maxDelayMs, jitter } = this.#policy;
    const nominal = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(this.#attempts, 30));
    this.#attempts++;
    return Math.round(nominal * (1 - jitter * this.#uniform()));
  }

  reset(): void {
    this.#attempts = 0;
  }

  #uniform(): number {
    const [high = 0, low = 0] = this.#entropy.randomBytes(2);
    return (high * 0x100 + low) / 0x10000;
  }
}
