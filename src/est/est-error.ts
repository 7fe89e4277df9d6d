import { CodedError } from "../util/coded-error.ts";

export type EstErrorCode =
  /** The server refused the request: not authorised, or the CSR is not to its liking. */
  | "EST_REFUSED"
  /** The server has no such function, or no EST at all at the paths that were tried. */
  | "EST_NOT_FOUND"
  /** The server is alive and cannot answer now: 5.xx, 4.29. */
  | "EST_UNAVAILABLE"
  /** The server works on it and wants the same request again after `retryAfterMs`. */
  | "EST_PENDING"
  /** Nothing came back, or the session ended; the cause says which. */
  | "EST_UNREACHABLE"
  /** The answer is not of the expected form; the cause says where. */
  | "EST_BAD_ANSWER"
  /** The association is not one that EST may run over. */
  | "EST_SESSION_UNFIT"
  /** A certificate, or a set of CA certificates, came and is not acceptable. */
  | "EST_CERTIFICATE_UNFIT";

const retryable: ReadonlySet<EstErrorCode> = new Set(["EST_UNAVAILABLE", "EST_PENDING", "EST_UNREACHABLE"]);

export class EstError extends CodedError {
  declare readonly code: EstErrorCode;
  /** False: the same request will fail again. */
  readonly retryable: boolean;
  /** When the server named a time, or CoAP's default stands for one. */
  readonly retryAfterMs: number | undefined;

  constructor(code: EstErrorCode, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(code, message, options);
    this.retryable = retryable.has(code);
    this.retryAfterMs = options.retryAfterMs;
  }
}
