import { Code, codeText } from "../../coap/message.ts";
import { CodedError } from "../../util/coded-error.ts";

/** An operation that is refused with a CoAP response code. The message goes to our log, never to the server. */
export class OperationError extends CodedError {
  readonly responseCode: number;

  constructor(responseCode: number, message: string, options?: ErrorOptions) {
    super(`COAP_${codeText(responseCode)}`, message, options);
    this.responseCode = responseCode;
  }
}

export function badRequest(message: string, options?: ErrorOptions): OperationError {
  return new OperationError(Code.BadRequest, message, options);
}

export function unauthorized(message: string): OperationError {
  return new OperationError(Code.Unauthorized, message);
}

export function notFound(message: string): OperationError {
  return new OperationError(Code.NotFound, message);
}

export function methodNotAllowed(message: string): OperationError {
  return new OperationError(Code.MethodNotAllowed, message);
}
