import { CodedError } from "../util/coded-error.ts";

export type CardTransportErrorCode =
  /** No daemon, no reader, no socket. */
  | "CARD_UNREACHABLE"
  /** The reader is there, no card in it. */
  | "CARD_ABSENT"
  | "CARD_REMOVED"
  /** Another program reset the card: every selection is lost. */
  | "CARD_RESET"
  /** No answer within the deadline. */
  | "CARD_MUTE"
  /** Another program holds the card exclusively. */
  | "CARD_BUSY"
  /** The driver (or its process) failed in another way. */
  | "CARD_DRIVER_FAILED";

/** The way to the card failed; whatever was selected on it is gone. */
export class CardTransportError extends CodedError {
  declare readonly code: CardTransportErrorCode;

  constructor(code: CardTransportErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
