/** CoAP Content-Formats of EST (RFC 9148 §4.3), by their number in the IANA registry. */
export const EstFormat = {
  /** application/multipart-core (RFC 8710): a private key and its certificate. */
  multipart: 62,
  /** A private key in CMS EnvelopedData. */
  encryptedKey: 280,
  /** application/pkcs7-mime; smime-type=certs-only. */
  certsOnly: 281,
  pkcs8: 284,
  csrAttributes: 285,
  pkcs10: 286,
  /** application/pkix-cert: exactly one certificate. */
  certificate: 287,
} as const;
export type EstFormat = (typeof EstFormat)[keyof typeof EstFormat];
