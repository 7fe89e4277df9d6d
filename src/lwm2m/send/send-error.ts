import { CodedError } from "../../util/coded-error.ts";

/**
 * Why values were not sent: SEND_NOT_REGISTERED, SEND_MUTED (/1/x/23 is true or absent), SEND_UNKNOWN (a 1.0
 * registration has no Send), SEND_NOTHING (none of the paths is there and readable for the server) or SEND_REFUSED (the
 * server's answer is `responseCode`).
 */
export class SendError extends CodedError {
  readonly responseCode?: number;

  constructor(code: `SEND_${string}`, message: string, responseCode?: number) {
    super(code, message);
    if (responseCode !== undefined) this.responseCode = responseCode;
  }
}
