import { describePublicKey } from "../crypto/public-key.ts";
import { type SignatureAlgorithm, verifyWithAlgorithm } from "../crypto/verify.ts";
import { fromHex, toHex } from "../util/bytes.ts";
import type { Certificate } from "./certificate.ts";
import { DerReader, DerTag } from "./der.ts";
import { oidOf } from "./der-values.ts";

/** Whole AlgorithmIdentifiers (RFC 5758 §3.2, RFC 4055 §5): other parameters than these make another algorithm. */
const algorithms: readonly (SignatureAlgorithm & { readonly identifier: string })[] = [
  { kind: "ecdsa", hash: "sha256", identifier: "300a06082a8648ce3d040302" },
  { kind: "ecdsa", hash: "sha384", identifier: "300a06082a8648ce3d040303" },
  { kind: "ecdsa", hash: "sha512", identifier: "300a06082a8648ce3d040304" },
  { kind: "rsa", hash: "sha256", identifier: "300d06092a864886f70d01010b0500" },
  { kind: "rsa", hash: "sha384", identifier: "300d06092a864886f70d01010c0500" },
  { kind: "rsa", hash: "sha512", identifier: "300d06092a864886f70d01010d0500" },
];

const minRsaBits = 2048;
/** A key of absurd length would cost seconds per verification. */
const maxRsaBits = 8192;

/** What keeps the certificate's signature from being trusted whatever its bytes are; undefined when nothing does. */
export function weakSignature(certificate: Certificate): string | undefined {
  if (algorithmOf(certificate)) return undefined;
  return `is signed with an algorithm that is not accepted (${describeAlgorithm(certificate)}); ECDSA or RSA with SHA-256, SHA-384 or SHA-512 is needed`;
}

/** The same of its public key. */
export function weakKey(certificate: Certificate): string | undefined {
  const key = describePublicKey(certificate.publicKey);
  if (!key) return "has a public key that is not accepted; P-256, P-384, P-521 or RSA is needed";
  if (key.kind === "ec" || (key.bits >= minRsaBits && key.bits <= maxRsaBits)) return undefined;
  return `has an RSA key of ${key.bits} bits; ${minRsaBits} to ${maxRsaBits} are needed`;
}

/** False as well for an algorithm that weakSignature objects to. */
export function signedBy(certificate: Certificate, issuer: Certificate): boolean {
  const algorithm = algorithmOf(certificate);
  if (!algorithm) return false;
  return verifyWithAlgorithm(issuer.publicKey, algorithm, certificate.tbs, certificate.signature);
}

function algorithmOf(certificate: Certificate): SignatureAlgorithm | undefined {
  return findAlgorithm(certificate.signatureAlgorithm);
}

/** What an AlgorithmIdentifier (DER) stands for; undefined for one that is not accepted. */
export function findAlgorithm(identifier: Uint8Array): SignatureAlgorithm | undefined {
  const hex = toHex(identifier);
  return algorithms.find((algorithm) => algorithm.identifier === hex);
}

/** The AlgorithmIdentifier (DER) of an algorithm. */
export function identifierOf({ kind, hash }: SignatureAlgorithm): Uint8Array {
  const found = algorithms.find((algorithm) => algorithm.kind === kind && algorithm.hash === hash);
  if (!found) throw new RangeError(`no identifier for ${kind} with ${hash}`);
  return fromHex(found.identifier);
}

const names: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.1": "ECDSA with SHA-1",
  "1.2.840.113549.1.1.4": "RSA with MD5",
  "1.2.840.113549.1.1.5": "RSA with SHA-1",
  "1.2.840.113549.1.1.10": "RSASSA-PSS",
  "1.3.101.112": "Ed25519",
};

function describeAlgorithm(certificate: Certificate): string {
  try {
    const identifier = new DerReader(certificate.signatureAlgorithm, "AlgorithmIdentifier").enter(DerTag.sequence);
    const oid = oidOf(identifier.take(DerTag.oid));
    return names[oid] ?? oid;
  } catch {
    return "unreadable";
  }
}
