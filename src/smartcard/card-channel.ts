/**
 * A connection to a card: whole command APDUs in, whole response APDUs out, one at a time. Implementations: PC/SC,
 * a Unix socket (virtual SIM), in process (tests), later AT modems. Nothing above knows which one is in use.
 */
export interface CardChannel {
  /**
   * `command`: an APDU of ISO 7816-4 short form. Resolves with the response, status word included, at least 2 bytes.
   * Rejects with a CardTransportError; after that the channel is dead: close it and connect again.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Makes connections to one card (one reader, one socket). */
export interface CardConnector {
  /** Rejects with a CardTransportError that says in words what is missing: daemon, reader, card. */
  connect(): Promise<CardChannel>;
}
