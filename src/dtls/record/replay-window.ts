const windowBits = 64n;
const mask = (1n << windowBits) - 1n;

/** Which of the last 64 sequence numbers have come (RFC 6347 §4.1.2.6). `mark` only what was authenticated. */
export class ReplayWindow {
  #highest = -1;
  /** Bit n: `highest - n` was seen. */
  #seen = 0n;

  /** The newest number seen; -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** False for a number seen before, and for one too old to tell. */
  isFresh(sequence: number): boolean {
    if (sequence > this.#highest) return true;
    const age = BigInt(this.#highest - sequence);
    return age < windowBits && (this.#seen & (1n << age)) === 0n;
  }

  mark(sequence: number): void {
    if (sequence > this.#highest) {
      const step = BigInt(sequence - this.#highest);
      this.#seen = step >= windowBits ? 1n : ((this.#seen << step) | 1n) & mask;
      this.#highest = sequence;
    } else {
      this.#seen |= 1n << BigInt(this.#highest - sequence);
    }
  }
}
