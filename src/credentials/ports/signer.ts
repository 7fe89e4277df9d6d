import type { SignatureScheme } from "../../crypto/signature-scheme.ts";

/**
 * Signs with a private key that may live in a card, a token or a file. Takes the message, not a digest: a card key
 * may demand the text, and node:crypto cannot sign a prehashed EC value. The adapter hashes where its key wants it.
 */
export interface Signer {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly schemes: readonly SignatureScheme[];
  /**
   * The signature in wire form (ECDSA: DER SEQUENCE of r and s; RSA: octets). Rejects with a CodedError: the cause in
   * words. Aborting takes a queued operation out; one under way at the card runs to its end and its answer is dropped.
   */
  sign(message: Uint8Array, scheme: SignatureScheme, signal: AbortSignal): Promise<Uint8Array>;
}
