import { concatBytes } from "../../util/bytes.ts";
import { add, decodePoint, inverse, isScalar, mod, multiply, multiplyBase, order, toBytes, toInteger } from "./p256.ts";
import { bitsToOctets, deterministicNonces } from "./rfc6979.ts";

/**
 * ECDSA over P-256 on a digest that is already there, which node:crypto cannot do and a card must. Nonces are those of
 * RFC 6979, so answers can be compared with vectors. **Not constant time: for the sandbox only, never for real keys.**
 */
export function signDigest(scalar: Uint8Array, digest: Uint8Array): Uint8Array {
  const z = leftmostBits(digest);
  const d = toInteger(scalar);
  for (const k of deterministicNonces(scalar, bitsToOctets(z, order))) {
    const r = mod(multiplyBase(k)?.x ?? 0n, order);
    const s = mod(inverse(k, order) * (z + r * d), order);
    if (r !== 0n && s !== 0n) return concatBytes([toBytes(r), toBytes(s)]);
  }
  throw new Error("unreachable: nonces never end");
}

/** `signature` is r and s, 32 bytes each; anything else is a signature that does not match. */
export function verifyDigest(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const q = decodePoint(publicKey);
  const r = toInteger(signature.subarray(0, 32));
  const s = toInteger(signature.subarray(32));
  if (q === undefined || signature.length !== 64 || !isScalar(r) || !isScalar(s)) return false;
  const w = inverse(s, order);
  const point = add(multiplyBase(leftmostBits(digest) * w), multiply(r * w, q));
  return point !== undefined && mod(point.x, order) === r;
}

/** A digest longer than the order is cut to its leftmost 256 bits (FIPS 186-5 §6.4.1). */
function leftmostBits(digest: Uint8Array): bigint {
  return toInteger(digest.subarray(0, 32));
}
