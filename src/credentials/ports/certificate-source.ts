/** Where the own certificate chain comes from. */
export interface CertificateSource {
  /** DER certificates, leaf first. Rejects with a CodedError. */
  chain(signal: AbortSignal): Promise<readonly Uint8Array[]>;
}
