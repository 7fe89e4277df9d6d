/** The Connection ID in the records to each side (RFC 9146 §3); empty: that direction has records as without any. */
export interface ConnectionIds {
  /** Ours: in what the peer sends. */
  readonly own: Uint8Array;
  /** The peer's: in what we send. */
  readonly peer: Uint8Array;
}

export const noConnectionIds: ConnectionIds = { own: new Uint8Array(), peer: new Uint8Array() };
