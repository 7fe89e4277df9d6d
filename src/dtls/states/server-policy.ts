/** What the server role does beyond what both roles have in common. */
export interface ServerPolicy {
  /** Certificate suites are accepted. */
  readonly certificates: boolean;
  /** PSK suites are accepted. */
  readonly psk: boolean;
  /** psk_identity_hint (RFC 4279 §5.2). */
  readonly pskIdentityHint: Uint8Array;
  /** In a certificate suite the client must show a certificate. */
  readonly requestClientCertificate: boolean;
}
