/**
 * The one base of every error of ours: `code` is stable and can be searched for, `message` says what was expected,
 * what came and which setting or file to look at, `cause` is what lies below. No key, PSK or PIN ever goes in.
 */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The peer (or the card, or a file) sent bytes that are not of the format. `offset` counts from the first byte read. */
export class DecodeError extends CodedError {
  readonly offset: number;

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super("MALFORMED", `${message} (at byte ${offset})`, options);
    this.offset = offset;
  }
}

/** The message of an error and of its causes, joined: what a log line or a terminal shows. Nothing is said twice. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = describeError(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
