import { verify } from "node:crypto";
import type { HashName } from "./hash.ts";
import { importPublicKey } from "./public-key.ts";
import { SignatureScheme } from "./signature-scheme.ts";

/** `ecdsa` signatures are DER SEQUENCEs, `rsa` is PKCS #1 v1.5. */
export interface SignatureAlgorithm {
  readonly kind: "ecdsa" | "rsa";
  readonly hash: HashName;
}

/**
 * Whether a signature in wire form is good. In TLS 1.2 the scheme binds hash and kind of key but not the curve (RFC 5246
 * §7.4.1.4.1); P-256, P-384 and P-521 are taken. Never throws: a key or signature that cannot be read is a bad one.
 */
export function verifySignature(
  spki: Uint8Array,
  scheme: SignatureScheme,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyWithAlgorithm(spki, algorithmOf(scheme), message, signature);
}

/** The same for the wider set of algorithms that certificates use. */
export function verifyWithAlgorithm(
  spki: Uint8Array,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = importPublicKey(spki);
  if (key?.asymmetricKeyType !== (algorithm.kind === "ecdsa" ? "ec" : "rsa")) return false;
  try {
    return verify(algorithm.hash, message, key, signature);
  } catch {
    return false;
  }
}

/** What a scheme says in TLS 1.2. */
export function algorithmOf(scheme: SignatureScheme): SignatureAlgorithm {
  switch (scheme) {
    case SignatureScheme.ecdsa_secp256r1_sha256:
      return { kind: "ecdsa", hash: "sha256" };
    case SignatureScheme.ecdsa_secp384r1_sha384:
      return { kind: "ecdsa", hash: "sha384" };
    case SignatureScheme.rsa_pkcs1_sha256:
      return { kind: "rsa", hash: "sha256" };
  }
}
