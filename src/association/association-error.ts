import { CodedError } from "../util/coded-error.ts";

export type AssociationErrorCode =
  /** No address of the server answered, or each refused; `message` lists them with their reasons. */
  | "SERVER_UNREACHABLE"
  /** The server's certificate was refused at every address. */
  | "SERVER_NOT_TRUSTED"
  /** Our own side failed: no certificate, card gone, signature refused. */
  | "CREDENTIAL_FAILED"
  /** The caller gave up. */
  | "CANCELLED";

/** No association came about. The message says which server, which addresses and why, in words. */
export class AssociationError extends CodedError {
  declare readonly code: AssociationErrorCode;

  constructor(code: AssociationErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
