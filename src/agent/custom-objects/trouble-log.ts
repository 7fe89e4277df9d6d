import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";

/** Says a lasting trouble once, and when it is over. */
export class TroubleLog {
  readonly #logger: Logger;
  readonly #path: string;
  #said: string | undefined;

  constructor(logger: Logger, path: string) {
    this.#logger = logger;
    this.#path = path;
  }

  trouble(error: unknown): void {
    const reason = describeError(error);
    if (reason !== this.#said) this.#logger.warn("a resource has no value", { path: this.#path, reason });
    this.#said = reason;
  }

  over(): void {
    if (this.#said !== undefined) this.#logger.info("a resource has a value again", { path: this.#path });
    this.#said = undefined;
  }
}
