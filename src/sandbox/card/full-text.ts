import { type HashName, hashBytes } from "../../crypto/hash.ts";
import { concatBytes } from "../../util/bytes.ts";
import type { PrivateKey, PublicKey } from "./card-objects.ts";
import type { LengthMode } from "./command-apdu.ts";
import type { SignatureComputation } from "./signature-computation.ts";
import { Refusal, StatusWord } from "./status-word.ts";
import { Tag } from "./tags.ts";
import { readOpenTlv, readTlvs, type Tlv } from "./tlv.ts";

/**
 * Mode 01: the applet hashes. The text may come in several UPDATEs in two ways: one object whose value goes on as raw bytes, or an object each.
 * Blocks are kept until the last one, as an UPDATE that is refused must leave nothing behind.
 */
export class FullText implements SignatureComputation {
  readonly key: PrivateKey | PublicKey;
  readonly #hash: HashName;
  #blocks: Uint8Array[] = [];
  #missing = 0;
  #size = 0;

  constructor(key: PrivateKey | PublicKey, hash: HashName) {
    this.key = key;
    this.#hash = hash;
  }

  update(data: Uint8Array, last: boolean, lengths: LengthMode): readonly Tlv[] {
    const text = this.#missing > 0 ? this.#continued(data) : begun(data, lengths);
    const complete = text.missing === 0;
    const rest = complete ? readTlvs(data.subarray(text.end), lengths) : [];
    if (last ? !complete : rest.length > 0) throw new Refusal(StatusWord.wrongData);
    if (this.#size + text.block.length > largestText) throw new Refusal(StatusWord.notEnoughMemory);
    this.#blocks.push(text.block);
    this.#size += text.block.length;
    this.#missing = text.missing;
    return rest;
  }

  digest(): Uint8Array {
    return hashBytes(this.#hash, concatBytes(this.#blocks));
  }

  #continued(data: Uint8Array): TextBlock {
    const block = data.slice(0, this.#missing);
    return { block, missing: this.#missing - block.length, end: block.length };
  }
}

interface TextBlock {
  readonly block: Uint8Array;
  readonly missing: number;
  readonly end: number;
}

/** No message of a handshake comes near it; a bound all the same. */
const largestText = 0x1_0000;

function begun(data: Uint8Array, lengths: LengthMode): TextBlock {
  const { tag, length, value, end } = readOpenTlv(data, 0, lengths);
  if (tag !== Tag.fullText) throw new Refusal(StatusWord.wrongData);
  return { block: value.slice(), missing: length - value.length, end };
}
