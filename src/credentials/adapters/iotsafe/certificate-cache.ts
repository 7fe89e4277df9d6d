/**
 * Keeps what was read from a card across restarts, so that the next start reads nothing. Certificates and identifiers are
 * public; no key is in it. Keys are short names of lower-case letters, digits and dashes.
 */
export interface CertificateCache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: Uint8Array): Promise<void>;
}
