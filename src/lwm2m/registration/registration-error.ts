import { codeText } from "../../coap/message.ts";
import { CodedError } from "../../util/coded-error.ts";

/** The server answered Register, Update or De-register with something else than success. */
export class RegistrationError extends CodedError {
  readonly responseCode: number;

  constructor(operation: string, responseCode: number, detail: string) {
    super("REGISTRATION_REFUSED", `the server answered ${operation} with ${codeText(responseCode)}${detail}`);
    this.responseCode = responseCode;
  }
}
