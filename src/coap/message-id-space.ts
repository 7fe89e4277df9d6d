import type { Entropy } from "../crypto/ports.ts";

const groupSize = 256;
const groups = 0x10000 / groupSize;

/**
 * Our Message IDs: counted up from a random start, and none given twice within EXCHANGE_LIFETIME (RFC 7252 §4.4).
 * Times are kept for groups of 256, which may hold an ID back a little longer than it must.
 */
export class MessageIdSpace {
  readonly #lifetimeMs: number;
  readonly #lastGiven: (number | undefined)[] = new Array(groups).fill(undefined);
  #next: number;

  constructor(entropy: Entropy, lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
    const [high = 0, low = 0] = entropy.randomBytes(2);
    this.#next = high * 0x100 + low;
  }

  /** Undefined when all 65536 were given within the lifetime; see `freeAt`. */
  take(now: number): number | undefined {
    if (this.freeAt(now) > now) return undefined;
    const id = this.#next;
    this.#lastGiven[Math.floor(id / groupSize)] = now;
    this.#next = (id + 1) % 0x10000;
    return id;
  }

  /** When the next ID may be taken; `now` or earlier if at once. */
  freeAt(now: number): number {
    const last = this.#lastGiven[Math.floor(this.#next / groupSize)];
    // Only the first ID of a group can meet IDs of the previous round.
    return last === undefined || this.#next % groupSize !== 0 ? now : last + this.#lifetimeMs;
  }
}
