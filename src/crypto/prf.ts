import { createSecretKey } from "node:crypto";
import { concatBytes, encodeUtf8 } from "../util/bytes.ts";
import { hmacSha256With } from "./hmac.ts";

/** The TLS 1.2 PRF with SHA-256 (RFC 5246 §5): the first `length` bytes of P_SHA256(secret, label + seed). */
export function prf(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const key = createSecretKey(secret);
  const labelAndSeed = concatBytes([encodeUtf8(label), seed]);
  const blocks: Uint8Array[] = [];
  let a = labelAndSeed;
  for (let produced = 0; produced < length; produced += 32) {
    a = hmacSha256With(key, [a]);
    blocks.push(hmacSha256With(key, [a, labelAndSeed]));
  }
  return concatBytes(blocks).slice(0, length);
}
