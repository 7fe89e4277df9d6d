import { hmacSha256 } from "../../crypto/hmac.ts";
import { concatBytes } from "../../util/bytes.ts";
import { isScalar, toBytes, toInteger } from "./p256.ts";

/**
 * Deterministic nonces for P-256 and HMAC-SHA-256 (RFC 6979 §3.2), one after the other: the first is nearly always
 * good, the next is taken when it gives r = 0 or s = 0. `digest` is the digest reduced modulo the order, 32 bytes.
 */
export function* deterministicNonces(scalar: Uint8Array, digest: Uint8Array): Generator<bigint, never> {
  let key: Uint8Array = new Uint8Array(32);
  let value: Uint8Array = new Uint8Array(32).fill(1);
  for (const separator of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(separator), scalar, digest);
    value = hmac(key, value);
  }
  for (;;) {
    value = hmac(key, value);
    const candidate = toInteger(value);
    if (isScalar(candidate)) yield candidate;
    key = hmac(key, value, Uint8Array.of(0));
    value = hmac(key, value);
  }
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return hmacSha256(key, concatBytes(parts));
}

/** bits2octets (RFC 6979 §2.3.4) of an integer already cut to 256 bits. */
export function bitsToOctets(value: bigint, order: bigint): Uint8Array {
  return toBytes(value >= order ? value - order : value);
}
