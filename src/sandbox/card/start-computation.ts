import type { HashName } from "../../crypto/hash.ts";
import { KeyFunction, type PrivateKey, type PublicKey, requireFunction } from "./card-objects.ts";
import { ExternalHash } from "./external-hash.ts";
import { FullText } from "./full-text.ts";
import type { SignatureComputation } from "./signature-computation.ts";
import { Refusal, StatusWord } from "./status-word.ts";
import { Tag } from "./tags.ts";
import { one, type Tlv } from "./tlv.ts";

const hashes = new Map<number, { readonly name: HashName; readonly length: number }>([
  [1, { name: "sha256", length: 32 }],
  [2, { name: "sha384", length: 48 }],
  [4, { name: "sha512", length: 64 }],
]);

const ecdsa = 4;
const Mode = { fullText: 1, lastBlock: 2, externalHash: 3 } as const;

/**
 * Checks mode, hash and algorithm of an INIT against the key: exactly one hash and ECDSA, both among the key's. Mode 02
 * (last block) is refused with 6A80, as applets may.
 */
export function startComputation(key: PrivateKey | PublicKey, tlvs: readonly Tlv[]): SignatureComputation {
  requireFunction(key, KeyFunction.sign);
  const mode = integer(one(tlvs, Tag.mode), 1);
  const hashBit = integer(one(tlvs, Tag.hashes), 2);
  const algorithm = integer(one(tlvs, Tag.signatures), 1);
  const hash = hashes.get(hashBit);
  if (hash === undefined || (hashBit & key.hashes) === 0) throw new Refusal(StatusWord.wrongData);
  if (algorithm !== ecdsa || (algorithm & key.signatures) === 0) throw new Refusal(StatusWord.wrongData);
  if (mode === Mode.externalHash) return new ExternalHash(key, hash.length);
  if (mode === Mode.fullText) return new FullText(key, hash.name);
  throw new Refusal(StatusWord.wrongData);
}

function integer(value: Uint8Array, length: number): number {
  if (value.length !== length) throw new Refusal(StatusWord.wrongData);
  return value.reduce((sum, byte) => sum * 0x100 + byte, 0);
}
