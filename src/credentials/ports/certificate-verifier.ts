/** Why a certificate was refused. One code per broken rule; dtls maps them to alerts in one place. */
export type CertificateRefusalCode =
  | "expired"
  | "not-yet-valid"
  | "untrusted"
  | "bad-signature"
  | "not-a-ca"
  | "path-length"
  | "key-usage"
  | "extended-key-usage"
  | "unknown-critical-extension"
  | "name-constraints"
  | "name-mismatch"
  | "pin-mismatch"
  | "weak-algorithm"
  | "revoked"
  | "malformed"
  | "too-complex";

export type PeerVerdict =
  /** `publicKey`: SubjectPublicKeyInfo (DER) of the leaf, for the signature in the handshake. */
  | { readonly accepted: true; readonly publicKey: Uint8Array }
  /** `message` says in words which certificate failed and why. */
  | { readonly accepted: false; readonly code: CertificateRefusalCode; readonly message: string };

/** Decides on the certificate chain that a peer presented. Fails closed. */
export interface CertificateVerifier {
  /** `chain`: DER, leaf first, as received. */
  verify(chain: readonly Uint8Array[], signal: AbortSignal): Promise<PeerVerdict>;
}
