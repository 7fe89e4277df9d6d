import type { Entropy } from "../../src/crypto/ports.ts";

/** A small seeded generator (mulberry32): a failing run is repeated by its seed. Never for real keys. */
export class SeededRandom implements Entropy {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Uniform in 0..limit-1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
