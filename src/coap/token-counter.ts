import type { Entropy } from "../crypto/ports.ts";

/** A counter from a random start: none comes back while an old response may still arrive (RFC 9175 §4.2). */
export class TokenCounter {
  readonly #last: Uint8Array;

  constructor(entropy: Entropy, length: number) {
    this.#last = entropy.randomBytes(length);
  }

  next(isTaken: (token: Uint8Array) => boolean): Uint8Array {
    do this.#increment();
    while (isTaken(this.#last));
    return this.#last.slice();
  }

  #increment(): void {
    for (let at = this.#last.length - 1; at >= 0; at--) {
      const byte = ((this.#last[at] ?? 0) + 1) & 0xff;
      this.#last[at] = byte;
      if (byte !== 0) return;
    }
  }
}
