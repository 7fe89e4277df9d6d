import { freshPrivateKey } from "../../../crypto/fresh-private-key.ts";
import { PrivateKey } from "../../../crypto/private-key.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { RecordStore } from "../../../util/record-store.ts";
import type { KeySlots } from "../../ports/key-slots.ts";
import type { Signer } from "../../ports/signer.ts";
import { SoftwareSigner } from "./software-signer.ts";

/**
 * P-256 keys made by this process, one record each, for a device without a card. They are as safe as the store is: only
 * the owner may read it.
 */
export class SoftwareKeySlots implements KeySlots {
  readonly count: number;
  readonly #store: RecordStore;

  constructor(store: RecordStore, count: number) {
    this.#store = store;
    this.count = count;
  }

  async publicKey(slot: number): Promise<Uint8Array | undefined> {
    return (await this.#key(slot))?.publicKey;
  }

  async generate(slot: number): Promise<Uint8Array> {
    const pkcs8 = freshPrivateKey();
    const { publicKey } = PrivateKey.fromDer(pkcs8, "pkcs8");
    // Without a trace of the former one: whatever is found in a slot must be the key that was made last.
    await this.#store.remove(recordOf(slot));
    await this.#store.write(recordOf(slot), pkcs8);
    return publicKey;
  }

  async signer(slot: number): Promise<Signer> {
    const key = await this.#key(slot);
    if (!key) throw new CodedError("NO_KEY", `key slot ${slot} in the state folder is empty`);
    return new SoftwareSigner(key);
  }

  async #key(slot: number): Promise<PrivateKey | undefined> {
    if (slot >= this.count)
      throw new CodedError("NO_KEY", `there is no key slot ${slot}; the configuration has ${this.count}`);
    const pkcs8 = await this.#store.read(recordOf(slot));
    return pkcs8 && PrivateKey.fromDer(pkcs8, "pkcs8");
  }
}

function recordOf(slot: number): string {
  return `enrolment-key-${slot}`;
}
