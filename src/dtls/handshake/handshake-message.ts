/** A whole handshake message. */
export interface HandshakeMessage {
  readonly type: number;
  readonly body: Uint8Array;
  /** With its header, as if sent in one piece: what the transcript takes (RFC 6347 §4.2.6). */
  readonly raw: Uint8Array;
}
