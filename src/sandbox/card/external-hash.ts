import type { PrivateKey, PublicKey } from "./card-objects.ts";
import type { LengthMode } from "./command-apdu.ts";
import type { SignatureComputation } from "./signature-computation.ts";
import { Refusal, StatusWord } from "./status-word.ts";
import { Tag } from "./tags.ts";
import { readTlvs, type Tlv } from "./tlv.ts";

/** Mode 03: the host hashes. */
export class ExternalHash implements SignatureComputation {
  readonly key: PrivateKey | PublicKey;
  readonly #length: number;
  #digest: Uint8Array | undefined;

  constructor(key: PrivateKey | PublicKey, length: number) {
    this.key = key;
    this.#length = length;
  }

  update(data: Uint8Array, last: boolean, lengths: LengthMode): readonly Tlv[] {
    const [hash, ...rest] = readTlvs(data, lengths);
    // A digest comes whole: there is nothing to send in more than one block.
    if (!last || hash?.tag !== Tag.finalHash || hash.value.length !== this.#length) {
      throw new Refusal(StatusWord.wrongData);
    }
    this.#digest = hash.value;
    return rest;
  }

  digest(): Uint8Array {
    if (this.#digest === undefined) throw new Refusal(StatusWord.wrongData);
    return this.#digest;
  }
}
