import type { Timers } from "../util/time.ts";
import { EstError } from "./est-error.ts";

/** Waits. Rejects with EstError "EST_UNREACHABLE" when the caller gives up. */
export function pause(ms: number, timers: Timers, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.cancel();
      reject(new EstError("EST_UNREACHABLE", "given up while waiting for the EST server", { cause: signal?.reason }));
    };
    const timer = timers.schedule(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
