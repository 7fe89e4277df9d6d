import { CodedError } from "../util/coded-error.ts";

/** Whose fault it is decides the code; the map from error to alert lives in alert.ts. */
export type DtlsErrorCode =
  /** The peer's bytes are malformed. */
  | "PEER_MALFORMED"
  /** The peer broke a rule of the protocol. */
  | "PEER_MISBEHAVED"
  /** Peer and we have nothing in common (version, suite, group, scheme). */
  | "NOTHING_IN_COMMON"
  | "CERTIFICATE_REFUSED"
  | "ALERT_RECEIVED"
  | "HANDSHAKE_TIMEOUT"
  /** The own side of a need failed: card gone, signature wrong, no credential. */
  | "NEED_FAILED"
  | "NEED_TIMEOUT"
  | "NOT_CONNECTED"
  | "SEQUENCE_EXHAUSTED"
  | "CLOSED";

export class DtlsError extends CodedError {
  declare readonly code: DtlsErrorCode;
  /** TLS alert description sent or received with this error, if any. */
  readonly alert: number | undefined;

  constructor(code: DtlsErrorCode, message: string, options?: ErrorOptions & { alert?: number }) {
    super(code, message, options);
    this.alert = options?.alert;
  }
}
