import { CodedError } from "../util/coded-error.ts";

/**
 * What can go wrong with an exchange:
 * COAP_TIMEOUT (nothing came back), COAP_RESET (the peer answered with a Reset), COAP_CLOSED (the session ended),
 * COAP_ABORTED (our caller gave up), COAP_QUEUE_FULL (too much waits to be sent), COAP_BAD_RESPONSE (the peer broke
 * a rule), COAP_RESPONSE_TOO_LARGE and COAP_BODY_CHANGED (block-wise download), COAP_INVALID_MESSAGE (our caller asked
 * for something that has no wire form).
 */
export type CoapErrorCode =
  | "COAP_TIMEOUT"
  | "COAP_RESET"
  | "COAP_CLOSED"
  | "COAP_ABORTED"
  | "COAP_QUEUE_FULL"
  | "COAP_BAD_RESPONSE"
  | "COAP_RESPONSE_TOO_LARGE"
  | "COAP_BODY_CHANGED"
  | "COAP_INVALID_MESSAGE";

export class CoapError extends CodedError {
  declare readonly code: CoapErrorCode;

  // The narrower type of `code` is the reason this constructor exists.
  constructor(code: CoapErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
