import { describeError } from "../../util/coded-error.ts";
import type { Registration } from "./registration.ts";
import type { RegistrationCycleOptions } from "./registration-cycle-options.ts";
import type { ServerLink } from "./server-link.ts";

/** No longer is waited for the answer to De-register. */
const DEREGISTER_TIMEOUT_MS = 5000;

/** Says goodbye as far as the server listens. Never rejects. */
export async function deregister(
  registration: Registration,
  link: ServerLink,
  reason: string,
  { timers, logger, emit }: Pick<RegistrationCycleOptions, "timers" | "logger" | "emit">,
): Promise<void> {
  const abort = new AbortController();
  const timer = timers.schedule(DEREGISTER_TIMEOUT_MS, () => abort.abort());
  try {
    await registration.deregister((request) => link.association.send(request, abort.signal));
    emit({ type: "deregistered", reason });
  } catch (error) {
    logger.warn("de-registration was not confirmed", { reason: describeError(error) });
  }
  timer.cancel();
}
