import { Code } from "../../coap/message.ts";
import { describeError } from "../../util/coded-error.ts";
import type { MonotonicClock } from "../../util/time.ts";
import type { ServerInstance } from "../objects/server-instance.ts";
import type { ServerAccountEvent } from "../server-account-event.ts";
import type { AccountRetry } from "./account-retry.ts";
import type { FailureLog } from "./failure-log.ts";
import { isFinalAlert, receivedAlert } from "./received-alert.ts";
import { RegistrationError } from "./registration-error.ts";
import type { RegistrationMachine } from "./registration-machine.ts";
import type { WakeUp, WakeUps } from "./wake-ups.ts";

export interface BackOffOptions {
  readonly server: ServerInstance;
  readonly machine: RegistrationMachine;
  readonly wakeUps: WakeUps;
  readonly retry: AccountRetry;
  readonly failures: FailureLog;
  readonly clock: MonotonicClock;
  /** Whether a bootstrap server would be asked if registration failed. */
  canBootstrap(): boolean;
  emit(event: ServerAccountEvent): void;
}

export interface Failure {
  readonly lastError: Error;
  /** MonotonicClock milliseconds; absent when all attempts are used up. */
  readonly nextAttemptAt?: number;
}

/** The pauses of a server account: after failures, as its retry rule says, and while it is disabled. */
export class BackOff {
  readonly #options: BackOffOptions;
  #failure: Failure | undefined;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** The failure that is being waited out, or that the attempt under way is to mend. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Registered: the failure is mended. */
  over(): void {
    this.#failure = undefined;
    this.#options.failures.succeeded();
  }

  /** Says what failed. The machine is left "waiting", or "given-up" when no attempt is left. */
  failed(error: unknown): void {
    const lastError = error instanceof Error ? error : new Error(String(error));
    const before = this.#failure?.lastError;
    const retry = this.#isHopeless(lastError, before) ? undefined : this.#options.retry.next();
    if (retry) this.#tryAgain(lastError, retry);
    else this.#giveUp(lastError);
  }

  /** Waits out the failure. */
  wait(): Promise<WakeUp> {
    const { nextAttemptAt = 0 } = this.#failure ?? {};
    return this.pause(nextAttemptAt - this.#options.clock.now(), ["stop", "offline", "reconnect"]);
  }

  /** Until the time is over or one of `ends` comes; others are dropped. Never "due" without a time. */
  async pause(milliseconds: number | undefined, ends: readonly WakeUp["type"][]): Promise<WakeUp> {
    const { clock, wakeUps } = this.#options;
    const end = milliseconds === undefined ? undefined : clock.now() + milliseconds;
    for (;;) {
      const wakeUp = await wakeUps.next(end === undefined ? undefined : Math.max(0, end - clock.now()));
      if (wakeUp.type === "due" || ends.includes(wakeUp.type)) return wakeUp;
    }
  }

  #tryAgain(error: Error, { milliseconds, sequenceEnded }: { milliseconds: number; sequenceEnded: boolean }): void {
    const { machine, retry, clock, failures, emit } = this.#options;
    const reason = describeError(error);
    this.#failure = { lastError: error, nextAttemptAt: clock.now() + milliseconds };
    machine.step("failed", reason);
    failures.failed(error, milliseconds);
    emit({ type: "retrying", reason, error, attempt: retry.attempts, milliseconds, sequenceEnded });
  }

  #giveUp(error: Error): void {
    const { machine, retry, failures, emit } = this.#options;
    const reason = describeError(error);
    this.#failure = { lastError: error };
    machine.step("give-up", reason);
    failures.gaveUp(error, retry.attempts);
    emit({ type: "given-up", reason, error });
  }

  /**
   * A final alert is believed when it comes a second time: the first may be forged, or be about a credential that is read
   * anew for the next attempt. A server that says no is one for the bootstrap server, if there is one.
   */
  #isHopeless(error: Error, before: Error | undefined): boolean {
    const { retry, server, canBootstrap } = this.#options;
    const isFinal = isFinalAlert(receivedAlert(error)) && isFinalAlert(receivedAlert(before));
    if (isFinal && retry.isLimited) return true;
    const mayBootstrap = (server.settings.bootstrapOnRegistrationFailure ?? true) && canBootstrap();
    return mayBootstrap && error instanceof RegistrationError && refusals.has(error.responseCode);
  }
}

/** OMA LwM2M Core 1.2, Server object, resource 16: explicitly rejected. */
const refusals: ReadonlySet<number> = new Set([Code.BadRequest, Code.Forbidden]);
