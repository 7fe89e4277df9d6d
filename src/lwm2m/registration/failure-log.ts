import { CodedError, describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";

/** Says a failure once loudly; the same kind again is only for those who look closely. */
export class FailureLog {
  readonly #logger: Logger;
  readonly #server: number;
  #saidCode: string | undefined;

  constructor(logger: Logger, server: number) {
    this.#logger = logger;
    this.#server = server;
  }

  failed(error: Error, retryInMs: number): void {
    const code = error instanceof CodedError ? error.code : error.name;
    const fields = { server: this.#server, code, reason: describeError(error), retryInMs };
    if (code === this.#saidCode) this.#logger.debug("still not registered", fields);
    else this.#logger.warn("not registered, trying again and again", fields);
    this.#saidCode = code;
  }

  gaveUp(error: Error, attempts: number): void {
    const fields = { server: this.#server, reason: describeError(error), attempts };
    this.#logger.warn("registration failed, all attempts are used up", fields);
    this.#saidCode = undefined;
  }

  succeeded(): void {
    this.#saidCode = undefined;
  }
}
