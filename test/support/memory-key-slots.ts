import { generateKeyPairSync } from "node:crypto";
import { SoftwareSigner } from "../../src/credentials/adapters/file/software-signer.ts";
import type { KeySlots } from "../../src/credentials/ports/key-slots.ts";
import type { Signer } from "../../src/credentials/ports/signer.ts";
import { PrivateKey } from "../../src/crypto/private-key.ts";
import { CodedError } from "../../src/util/coded-error.ts";

/** Key slots as a card has them, in memory. */
export class MemoryKeySlots implements KeySlots {
  readonly keys: (PrivateKey | undefined)[];

  constructor(count: number) {
    this.keys = Array.from({ length: count }, () => undefined);
  }

  get count(): number {
    return this.keys.length;
  }

  async publicKey(slot: number): Promise<Uint8Array | undefined> {
    return this.keys[slot]?.publicKey;
  }

  async generate(slot: number): Promise<Uint8Array> {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = PrivateKey.fromDer(new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" })), "pkcs8");
    this.keys[slot] = key;
    return key.publicKey;
  }

  async signer(slot: number): Promise<Signer> {
    const key = this.keys[slot];
    if (!key) throw new CodedError("NO_KEY", `slot ${slot} has no key`);
    return new SoftwareSigner(key);
  }
}
