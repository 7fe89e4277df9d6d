/** Random bytes. Tests give a seeded one, so that a failing run can be repeated. */
export interface Entropy {
  randomBytes(length: number): Uint8Array;
}

/** Named groups (RFC 8422 §5.1.1). */
export const NamedGroup = { secp256r1: 0x0017, secp384r1: 0x0018, x25519: 0x001d } as const;
export type NamedGroup = (typeof NamedGroup)[keyof typeof NamedGroup];

/** An ephemeral key pair in software. `publicKey` is in wire form: uncompressed point, or 32 bytes for X25519. */
export interface EphemeralKeyPair {
  readonly group: NamedGroup;
  readonly publicKey: Uint8Array;
  /** The shared X coordinate (32 or 48 bytes). Throws CodedError "BAD_PEER_KEY" when the point is not on the curve. */
  agree(peerPublicKey: Uint8Array): Uint8Array;
}

export interface EphemeralKeys {
  generate(group: NamedGroup): EphemeralKeyPair;
}
