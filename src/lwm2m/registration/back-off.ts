import { describeError } from "../../util/coded-error.ts";
import type { RetrySchedule } from "../../util/retry-schedule.ts";
import type { MonotonicClock } from "../../util/time.ts";
import type { ServerAccountEvent } from "../server-account-event.ts";
import type { FailureLog } from "./failure-log.ts";
import type { RegistrationMachine } from "./registration-machine.ts";
import type { WakeUp, WakeUps } from "./wake-ups.ts";

export interface BackOffOptions {
  readonly machine: RegistrationMachine;
  readonly wakeUps: WakeUps;
  readonly retry: RetrySchedule;
  readonly failures: FailureLog;
  readonly clock: MonotonicClock;
  emit(event: ServerAccountEvent): void;
}

/** The pauses of a server account: after failures, ever longer, and while it is disabled. */
export class BackOff {
  readonly #options: BackOffOptions;
  #failure: { readonly lastError: Error; readonly nextAttemptAt: number } | undefined;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** The failure that is being waited out, or that the attempt under way is to mend. */
  get failure(): { readonly lastError: Error; readonly nextAttemptAt: number } | undefined {
    return this.#failure;
  }

  /** Registered: the failure is mended. */
  over(): void {
    this.#failure = undefined;
    this.#options.failures.succeeded();
  }

  /** Says what failed and waits. The machine is left "waiting", or "stopped" when told to stop. */
  async wait(error: unknown): Promise<WakeUp> {
    const { machine, retry, clock, failures, emit } = this.#options;
    const lastError = error instanceof Error ? error : new Error(String(error));
    const reason = describeError(lastError);
    const milliseconds = retry.next();
    this.#failure = { lastError, nextAttemptAt: clock.now() + milliseconds };
    machine.step("failed", reason);
    failures.failed(lastError, milliseconds);
    emit({ type: "retrying", reason, error: lastError, attempt: retry.attempts, milliseconds });
    const wakeUp = await this.pause(milliseconds);
    if (wakeUp.type === "stop") machine.step("stop", wakeUp.reason);
    return wakeUp;
  }

  /** As `wait`; then the machine goes on to connect, unless it stopped. */
  async waitAndRetry(error: unknown, reason: string): Promise<void> {
    const wakeUp = await this.wait(error);
    if (wakeUp.type !== "stop") this.#options.machine.step("retry", wakeUp.type === "due" ? reason : wakeUp.reason);
  }

  /** Until the time is over, or someone asks for more than a pause can give: not for an association that closes. */
  async pause(milliseconds: number): Promise<WakeUp> {
    const { clock, wakeUps } = this.#options;
    const end = clock.now() + milliseconds;
    for (;;) {
      const wakeUp = await wakeUps.next(Math.max(0, end - clock.now()));
      if (wakeUp.type === "due" || wakeUp.type === "stop" || wakeUp.type === "reconnect") return wakeUp;
    }
  }
}
