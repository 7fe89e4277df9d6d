import { CodedError } from "../../../util/coded-error.ts";

/** A file of a credential cannot be used. Names the file and what is wrong with it, never what is in it. */
export class FileCredentialError extends CodedError {
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super("BAD_CREDENTIAL_FILE", `${path}: ${problem}`, options);
  }
}
