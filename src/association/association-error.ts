import { CodedError } from "../util/coded-error.ts";
import type { PeerAddress } from "../util/network.ts";

export type AssociationErrorCode =
  /** No address of the server answered, or each refused; `message` lists them with their reasons. */
  | "SERVER_UNREACHABLE"
  /** The server's certificate was refused at every address. */
  | "SERVER_NOT_TRUSTED"
  /** Our own side failed: no certificate, card gone, signature refused. */
  | "CREDENTIAL_FAILED"
  /** The caller gave up. */
  | "CANCELLED";

/** One address of the server and why it did not work. */
export interface FailedAddress {
  readonly address: PeerAddress;
  readonly error: Error;
}

/** No association came about. The message says which server, which addresses and why, in words, causes included. */
export class AssociationError extends CodedError {
  declare readonly code: AssociationErrorCode;
  readonly failed: readonly FailedAddress[];

  constructor(code: AssociationErrorCode, message: string, failed: readonly FailedAddress[] = []) {
    super(code, message);
    this.failed = failed;
  }
}
