import { generateKeyPairSync } from "node:crypto";
import { plainBytes } from "./plain-bytes.ts";

/** A new private key on P-256 as PKCS #8 (DER), for a key that has to be kept. */
export function freshPrivateKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return plainBytes(privateKey.export({ type: "pkcs8", format: "der" }));
}
