import { describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";

/** Calls code of the application from inside the protocol: what it throws is its own fault and ends here, in the log. */
export function callGuarded(listener: () => void, logger: Logger): void {
  try {
    listener();
  } catch (error) {
    logger.error("CoAP listener failed", { reason: describeError(error) });
  }
}
