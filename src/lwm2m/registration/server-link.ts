import type { Association } from "../../association/association.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";

/** An established association, and whether it still is. */
export class ServerLink {
  readonly association: Association;
  #closed = false;
  #givenUp = false;

  /** `onLost` is called when it ends by no doing of ours. */
  constructor(association: Association, onLost: (error?: Error) => void) {
    this.association = association;
    association.onClosed((error) => {
      this.#closed = true;
      if (!this.#givenUp) onLost(error);
    });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Never rejects. */
  async close(logger: Logger): Promise<void> {
    this.#givenUp = true;
    await this.association.close().catch((error: unknown) => {
      logger.debug("closing failed", { reason: describeError(error) });
    });
  }
}
