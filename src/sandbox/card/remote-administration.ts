import type { Entropy } from "../../crypto/ports.ts";
import type { ObjectStore } from "./card-objects.ts";
import { fillPair } from "./fill-pair.ts";
import type { Settings } from "./settings.ts";

interface Administered {
  readonly objects: ObjectStore;
  readonly entropy: Entropy;
  readonly changed: () => void;
}

/** An operator works on the applet over the air: 6984 for a while, then 63CF once; keys may be other ones afterwards. */
export class RemoteAdministration {
  readonly #newKeys: boolean;
  readonly #administered: Administered;
  #refusals: number;
  #ended: boolean;

  constructor({ refusals, newKeys }: Settings["remoteAdministration"], administered: Administered) {
    this.#refusals = refusals;
    this.#ended = refusals === 0;
    this.#newKeys = newKeys;
    this.#administered = administered;
  }

  /** Says how the next command meets it: refused, the first one after it, or not at all. */
  next(): "under-way" | "ends" | "none" {
    if (this.#ended) return "none";
    if (this.#refusals > 0) {
      this.#refusals--;
      return "under-way";
    }
    this.#ended = true;
    if (this.#newKeys) this.#renewKeys();
    return "ends";
  }

  #renewKeys(): void {
    const { objects, entropy, changed } = this.#administered;
    for (const key of objects.privateKeys) if (key.scalar !== undefined) fillPair(key, entropy);
    changed();
  }
}
