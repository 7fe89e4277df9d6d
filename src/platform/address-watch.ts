import { networkInterfaces } from "node:os";
import type { Network } from "../util/network.ts";
import type { Timer, Timers } from "../util/time.ts";

/** Long against what it costs, short against a CoAP time-out. */
const PERIOD_MS = 5_000;

type Listener = Parameters<NonNullable<Network["onChange"]>>[0];

/** Looks at this machine's addresses every few seconds, while somebody wants to know. */
export class AddressWatch {
  readonly #timers: Timers;
  readonly #read: () => ReadonlySet<string>;
  readonly #listeners = new Set<Listener>();
  #known: ReadonlySet<string> = new Set();
  #timer: Timer | undefined;

  /** `read`: the addresses of now; for tests. */
  constructor(timers: Timers, read: () => ReadonlySet<string> = machineAddresses) {
    this.#timers = timers;
    this.#read = read;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#timer) this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    };
  }

  #begin(): void {
    this.#known = this.#read();
    this.#arm();
  }

  #arm(): void {
    this.#timer = this.#timers.schedule(PERIOD_MS, () => {
      this.#arm();
      this.#look();
    });
  }

  #look(): void {
    const before = this.#known;
    const now = this.#read();
    this.#known = now;
    if (before.size === now.size && [...before].every((address) => now.has(address))) return;
    for (const listener of [...this.#listeners]) listener((address) => isOurs(address, now));
  }
}

/** Of every interface, without scope ids. */
function machineAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => address));
}

/** The whole of 127/8 is ours, whatever is listed. */
function isOurs(address: string, ours: ReadonlySet<string>): boolean {
  return address.startsWith("127.") || ours.has(address.replace(/%.*$/, ""));
}
