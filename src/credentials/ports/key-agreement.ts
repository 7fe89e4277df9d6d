import type { NamedGroup } from "../../crypto/ports.ts";

/** The own half of an ECDHE exchange and its result. */
export interface AgreedKey {
  /** The own ephemeral public key in wire form. */
  readonly publicKey: Uint8Array;
  /** The pre-master secret: X coordinate, left-padded. */
  readonly sharedSecret: Uint8Array;
}

/** ECDHE with an ephemeral key held elsewhere (a card). Without one, dtls uses EphemeralKeys of src/crypto. */
export interface KeyAgreement {
  readonly groups: readonly NamedGroup[];
  agree(group: NamedGroup, peerPublicKey: Uint8Array, signal: AbortSignal): Promise<AgreedKey>;
}
