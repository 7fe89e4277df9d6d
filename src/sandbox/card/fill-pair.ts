import type { Entropy } from "../../crypto/ports.ts";
import type { PrivateKey } from "./card-objects.ts";
import { isScalar, publicPoint, toInteger } from "./p256.ts";

/** Puts a fresh P-256 pair into the slot and gives the public point. Candidates out of range are thrown away. */
export function fillPair(key: PrivateKey, entropy: Entropy): Uint8Array {
  let scalar = entropy.randomBytes(32);
  while (!isScalar(toInteger(scalar))) scalar = entropy.randomBytes(32);
  const point = publicPoint(scalar);
  key.scalar = scalar;
  key.publicKey.point = point;
  return point;
}
