import { concatBytes } from "../util/bytes.ts";
import { hmacSha256 } from "./hmac.ts";

const hashLength = 32;

/** HKDF-Extract with SHA-256 (RFC 5869 §2.2). An empty salt stands for 32 zeros. */
export function hkdfExtract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
  return hmacSha256(salt, inputKey);
}

/** HKDF-Expand with SHA-256 (RFC 5869 §2.3). Throws RangeError for more than 8160 bytes. */
export function hkdfExpand(pseudorandomKey: Uint8Array, label: Uint8Array, length: number): Uint8Array {
  if (length > 255 * hashLength) throw new RangeError(`HKDF gives at most ${255 * hashLength} bytes, not ${length}`);
  const blocks: Uint8Array[] = [];
  let block = new Uint8Array(0);
  for (let i = 1; blocks.length * hashLength < length; i++) {
    block = Uint8Array.from(hmacSha256(pseudorandomKey, concatBytes([block, label, Uint8Array.of(i)])));
    blocks.push(block);
  }
  return concatBytes(blocks).slice(0, length);
}
