import type { MonotonicClock } from "../util/time.ts";

/** State of block-wise transfers by key: bounded in number, and dropped when untouched for `lifetimeMs`. */
export class TransferTable<T> {
  readonly #clock: MonotonicClock;
  readonly #maxEntries: number;
  readonly #lifetimeMs: number;
  readonly #onDropped: (state: T) => void;
  /** Least recently used first. */
  readonly #entries = new Map<string, { readonly state: T; readonly expiresAt: number }>();

  /** `onDropped` hears of what goes by age or to make room, not of what its owner takes out. */
  constructor(clock: MonotonicClock, maxEntries: number, lifetimeMs: number, onDropped: (state: T) => void = () => {}) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#lifetimeMs = lifetimeMs;
    this.#onDropped = onDropped;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Counts as use. */
  get(key: string): T | undefined {
    this.dropExpired();
    const entry = this.#entries.get(key);
    if (entry) this.set(key, entry.state);
    return entry?.state;
  }

  /** The least recently used entry makes room. */
  set(key: string, state: T): void {
    this.dropExpired();
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= this.#maxEntries) this.#drop(oldest);
    this.#entries.set(key, { state, expiresAt: this.#clock.now() + this.#lifetimeMs });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  dropExpired(): void {
    const now = this.#clock.now();
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now) return;
      this.#drop(key);
    }
  }

  /** Takes everything out. */
  clear(): void {
    for (const key of [...this.#entries.keys()]) this.#drop(key);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry) this.#onDropped(entry.state);
  }
}
