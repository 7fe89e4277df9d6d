/** What goes into the TLS 1.2 master secret of a PSK suite (RFC 5246 §8.1, RFC 7627 §4). */
export interface MasterSecretInput {
  /** "master secret" or "extended master secret". */
  readonly label: string;
  /** client random and server random, or the session hash. */
  readonly seed: Uint8Array;
  /** The ECDH result for ECDHE_PSK (RFC 5489 §2); absent for plain PSK (RFC 4279 §2). */
  readonly otherSecret?: Uint8Array;
}

/** A pre-shared key that never leaves its holder: it answers with the 48-byte master secret. */
export interface PreSharedKey {
  /** psk_identity, as sent. */
  readonly identity: Uint8Array;
  /** Another one for another key, and nothing to find the key by. Absent: the holder does not say. */
  readonly fingerprint?: Uint8Array;
  deriveMasterSecret(input: MasterSecretInput, signal: AbortSignal): Promise<Uint8Array>;
}
