import { nodeTimers } from "../../platform/timers.ts";
import { withDeadline } from "../../smartcard/deadline.ts";
import { CodedError } from "../../util/coded-error.ts";

/** How long one thing of a demo may take. */
export interface Patience {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** The work's outcome. Rejects with CodedError "DEMO_FAILED" when it takes too long, or `signal` aborts. */
export async function inTime<T>(what: string, work: Promise<T>, { deadlineMs, signal }: Patience): Promise<T> {
  const fail = (why: string): CodedError => new CodedError("DEMO_FAILED", `${what} ${why}`);
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(fail("was stopped"));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
  const late = (): CodedError => fail(`took more than ${deadlineMs / 1000} s`);
  try {
    return await withDeadline(Promise.race([work, stopped]), nodeTimers, deadlineMs, late);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
