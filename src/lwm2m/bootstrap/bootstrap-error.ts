import { CodedError } from "../../util/coded-error.ts";

export type BootstrapErrorCode =
  /** The bootstrap server said no to Bootstrap-Request; `responseCode` says how. */
  | "BOOTSTRAP_REFUSED"
  /** The session ended without a Finish that could be accepted: everything is as before. */
  | "BOOTSTRAP_UNFINISHED"
  /** What a pack, the card or the factory data gave is not usable; the message lists every problem. */
  | "BOOTSTRAP_UNUSABLE"
  /** There is no bootstrap account to go to. */
  | "NO_BOOTSTRAP_ACCOUNT";

/** Bootstrap did not come about; the configuration is what it was. */
export class BootstrapError extends CodedError {
  declare readonly code: BootstrapErrorCode;
  /** Of the server's answer, where there was one. */
  readonly responseCode?: number;

  constructor(code: BootstrapErrorCode, message: string, options?: ErrorOptions & { readonly responseCode?: number }) {
    super(code, message, options);
    if (options?.responseCode !== undefined) this.responseCode = options.responseCode;
  }
}
