/** SignatureScheme code points (RFC 8446 §4.2.3; in TLS 1.2 the same two bytes are hash and signature, RFC 5246 §7.4.1.4.1). */
export const SignatureScheme = {
  rsa_pkcs1_sha256: 0x0401,
  ecdsa_secp256r1_sha256: 0x0403,
  ecdsa_secp384r1_sha384: 0x0503,
} as const;

export type SignatureScheme = (typeof SignatureScheme)[keyof typeof SignatureScheme];
