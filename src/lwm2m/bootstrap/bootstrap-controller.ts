import { describeError } from "../../util/coded-error.ts";
import { type RetryPolicy, RetrySchedule } from "../../util/retry-schedule.ts";
import type { Timer } from "../../util/time.ts";
import { AccountConfiguration } from "./account-configuration.ts";
import type { Accounts } from "./accounts.ts";
import { attemptWithAccount } from "./attempt-with-account.ts";
import { BootstrapAccountEnd } from "./bootstrap-account-end.ts";
import type { BootstrapWay } from "./bootstrap-attempt.ts";
import type { BootstrapControllerOptions } from "./bootstrap-controller-options.ts";
import { BootstrapMachine, type BootstrapState } from "./bootstrap-machine.ts";
import { type CardReading, isSameCard, takeReading } from "./card-reading.ts";
import { takeOverCard, takeOverFactory } from "./initial-accounts.ts";
import type { SecuritySettings } from "./security-settings.ts";

export interface BootstrapStatus {
  readonly state: BootstrapState;
  readonly reason: string;
  /** MonotonicClock milliseconds. */
  readonly since: number;
  readonly nextAttemptAt?: number;
  readonly lastError?: Error;
}

const defaultRetry: RetryPolicy = { firstDelayMs: 10_000, maxDelayMs: 3_600_000, jitter: 0.5 };
/** A fleet that was told one hold-off does not come at one moment: up to a quarter more. */
const HOLD_OFF_JITTER = 0.25;
/**
 * An account that may not bootstrap and has used up its retries is still tried at least once a day: 23 h, or up to a
 * quarter less, leave an hour for the attempts themselves.
 */
const RESUME_POLICY: RetryPolicy = { firstDelayMs: 82_800_000, maxDelayMs: 82_800_000, jitter: 0.25 };

/**
 * Sees to it that the device has server accounts: smart card, factory data, registration, client-initiated bootstrap, in
 * this order (OMA LwM2M Core 1.2 §6.1.4). It owns the accounts; registering with them is the agent's part.
 */
export class BootstrapController {
  readonly #options: BootstrapControllerOptions;
  readonly #machine: BootstrapMachine;
  readonly #configuration: AccountConfiguration;
  readonly #retry: RetrySchedule;
  readonly #resume: RetrySchedule;
  readonly #end: BootstrapAccountEnd;
  /** Accounts whose registration has failed and not come back. */
  readonly #failed = new Set<number>();
  #abort = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #nextTimer: Timer | undefined;
  #resumeTimer: Timer | undefined;
  #triggered = false;
  #since: number;
  #nextAttemptAt: number | undefined;
  #lastError: Error | undefined;

  constructor(options: BootstrapControllerOptions) {
    this.#options = options;
    this.#configuration = new AccountConfiguration(options);
    this.#retry = new RetrySchedule(options.retry ?? defaultRetry, options.entropy);
    this.#resume = new RetrySchedule(RESUME_POLICY, options.entropy);
    this.#since = options.clock.now();
    this.#end = new BootstrapAccountEnd({
      ...options,
      configuration: this.#configuration,
      isBootstrapping: () => this.#isIn("bootstrapping"),
      end: () => this.#endBootstrapAccount(),
    });
    this.#machine = new BootstrapMachine((transition) => {
      this.#since = options.clock.now();
      this.#cancelNext();
      options.logger.info("bootstrap", { ...transition });
      options.onEvent({ type: "transition", ...transition });
    });
  }

  get status(): BootstrapStatus {
    return {
      state: this.#machine.state,
      reason: this.#machine.reason,
      since: this.#since,
      ...(this.#nextAttemptAt !== undefined && { nextAttemptAt: this.#nextAttemptAt }),
      ...(this.#lastError && { lastError: this.#lastError }),
    };
  }

  accounts(): Promise<Accounts> {
    return this.#configuration.accounts();
  }

  start(): void {
    if (!this.#machine.can("start")) return;
    this.#abort = new AbortController();
    this.#machine.step("start", "started");
    this.#do(async () => {
      await this.#end.arm();
      await this.#begin(await this.#readCard());
    });
  }

  /** Leaves a bootstrap that is under way without effect. Resolves when all is quiet; never rejects. */
  async stop(): Promise<void> {
    if (!this.#machine.can("stop")) return;
    this.#abort.abort();
    this.#machine.step("stop", "stopped");
    this.#resumeTimer?.cancel();
    this.#end.cancel();
    this.#failed.clear();
    await this.#work;
  }

  /** To be told when an account has used up its registration attempts, or its server said no. */
  registrationFailed(shortServerId: number, reason: string): void {
    this.#failed.add(shortServerId);
    this.#do(async () => {
      const { servers, bootstrap } = await this.accounts();
      const account = servers.find((each) => each.shortServerId === shortServerId);
      if (!account || this.#machine.state !== "registering") return;
      if (account.bootstrapOnRegistrationFailure && bootstrap) {
        this.#machine.step("failed", `server ${shortServerId}: ${reason}`);
        this.#holdOff(bootstrap);
      } else this.#resumeLater(`server ${shortServerId} is tried again after a day`);
    });
  }

  /** To be told of every successful Register. */
  registered(shortServerId: number): void {
    this.#failed.delete(shortServerId);
    if (this.#failed.size > 0 || this.#triggered) return;
    this.#resumeTimer?.cancel();
    if (!this.#isWaiting()) return;
    this.#retry.reset();
    this.#machine.step("registered", `server ${shortServerId} is back`);
  }

  /** /1/x/9, or a person. False: not now, or nobody to ask; a server is answered 4.05 then. */
  async triggerBootstrap(reason: string): Promise<boolean> {
    const { bootstrap } = await this.accounts();
    // A bootstrap by a server is ignored before the card and the factory data have been tried.
    if (!bootstrap || !this.#machine.can("triggered")) return false;
    this.#triggered = true;
    this.#machine.step("triggered", reason);
    this.#bootstrap();
    return true;
  }

  /**
   * To be asked before every Register and Update. False: the account came from a card that is gone or says something else
   * now; it has been dealt with, and new accounts are on their way.
   */
  async checkCard(shortServerId: number): Promise<boolean> {
    const { card } = this.#configuration;
    const account = (await this.accounts()).servers.find((each) => each.shortServerId === shortServerId);
    const isFromCard = card?.instances.some(([object, id]) => object === 0 && id === account?.security.instance);
    if (!card || !isFromCard) return true;
    const reading = await this.#readCard();
    if (reading.kind === "unknown" || isSameCard(card, reading)) return true;
    // Another account's check may have been first.
    if (this.#machine.can("card-changed")) this.#beginAgain(reading);
    return false;
  }

  /** A server changed one of the stored objects: what is saved follows. What fails is said in the log. */
  saveChanges(): void {
    const { logger } = this.#options;
    this.#do(() =>
      this.#configuration.save().catch((error: unknown) => {
        logger.error("what a server changed cannot be saved", { reason: describeError(error) });
      }),
    );
  }

  #beginAgain(reading: CardReading): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#machine.step("card-changed", reading.kind === "nothing" ? reading.reason : "the card's data changed");
    this.#do(() => this.#begin(reading));
  }

  #readCard(): Promise<CardReading> {
    const { readCard } = this.#options;
    if (!readCard) return Promise.resolve({ kind: "nothing", reason: "no smart card is configured" });
    return takeReading(readCard, this.#abort.signal);
  }

  async #begin(reading: CardReading): Promise<void> {
    const { logger, factory, onEvent } = this.#options;
    const said = await takeOverCard(this.#configuration, reading, logger);
    if (!this.#isIn("reading-card") || this.#go(await this.accounts(), said)) return;
    this.#machine.step("nothing", said);
    const reason = await takeOverFactory(this.#configuration, factory, logger);
    if (!this.#isIn("using-factory") || this.#go(await this.accounts(), reason)) return;
    this.#machine.step("nothing", reason);
    onEvent({ type: "accounts", accounts: { servers: [] }, reason });
  }

  /** On to registration or bootstrap; false when there is no account at all. */
  #go(accounts: Accounts, reason: string): boolean {
    const { servers, bootstrap } = accounts;
    if (servers.length === 0 && !bootstrap) return false;
    this.#machine.step(servers.length > 0 ? "accounts" : "bootstrap-account", reason);
    this.#options.onEvent({ type: "accounts", accounts, reason });
    if (servers.length === 0 && bootstrap) this.#holdOff(bootstrap);
    return true;
  }

  #holdOff({ holdOffSeconds }: SecuritySettings): void {
    const [byte = 0] = this.#options.entropy.randomBytes(1);
    this.#next(1000 * holdOffSeconds * (1 + (HOLD_OFF_JITTER * byte) / 256), "the hold-off time has passed");
  }

  #next(delayMs: number, reason: string): void {
    const { timers, clock } = this.#options;
    this.#nextAttemptAt = clock.now() + delayMs;
    this.#nextTimer = timers.schedule(delayMs, () => {
      this.#machine.step("due", reason);
      this.#bootstrap();
    });
  }

  #cancelNext(): void {
    this.#nextTimer?.cancel();
    this.#nextTimer = undefined;
    this.#nextAttemptAt = undefined;
  }

  #bootstrap(): void {
    const { signal } = this.#abort;
    const startedAt = this.#options.clock.now();
    this.#do(async () => {
      try {
        const way = await attemptWithAccount(this.#configuration, this.#options, signal);
        if (!signal.aborted) await this.#bootstrapped(way, this.#options.clock.now() - startedAt);
      } catch (error) {
        if (!signal.aborted) await this.#bootstrapFailed(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  async #bootstrapped(way: BootstrapWay, milliseconds: number): Promise<void> {
    const reason = `bootstrap by ${way === "pack" ? "a pack" : "a session"} succeeded`;
    this.#retry.reset();
    this.#failed.clear();
    this.#triggered = false;
    this.#lastError = undefined;
    this.#resumeTimer?.cancel();
    this.#machine.step("finished", reason);
    await this.#end.arm();
    this.#options.onEvent({ type: "bootstrapped", way, milliseconds });
    this.#options.onEvent({ type: "accounts", accounts: await this.accounts(), reason });
  }

  /** The accounts are what they were: they are tried again while the next bootstrap waits. */
  async #bootstrapFailed(error: Error): Promise<void> {
    const { logger, onEvent } = this.#options;
    const { servers } = await this.accounts();
    const reason = describeError(error);
    this.#lastError = error;
    if (servers.length > 0 && this.#failed.size === 0 && !this.#triggered) {
      this.#retry.reset();
      this.#machine.step("registered", `bootstrap failed, and the servers are back: ${reason}`);
      return;
    }
    const delayMs = this.#retry.next();
    this.#machine.step("failed", reason);
    this.#next(delayMs, "the next attempt is due");
    logger.warn("bootstrap failed, everything is as before", { reason, retryInMs: delayMs });
    onEvent({ type: "failed", reason, error, milliseconds: delayMs });
    if (this.#failed.size > 0) onEvent({ type: "resume", reason: `bootstrap failed: ${reason}` });
  }

  #resumeLater(reason: string): void {
    this.#resumeTimer?.cancel();
    const { timers, onEvent } = this.#options;
    this.#resumeTimer = timers.schedule(this.#resume.next(), () => onEvent({ type: "resume", reason }));
  }

  /** Without a bootstrap account there is nothing to wait for but registration. */
  #endBootstrapAccount(): void {
    this.#do(async () => {
      await this.#configuration.removeBootstrapAccount();
      const { onEvent } = this.#options;
      const reason = "the bootstrap account's time is over";
      onEvent({ type: "accounts", accounts: await this.accounts(), reason });
      if (!this.#isWaiting()) return;
      this.#machine.step("registered", reason);
      onEvent({ type: "resume", reason });
    });
  }

  #isWaiting(): boolean {
    return this.#machine.state === "holding-off" || this.#machine.state === "backing-off";
  }

  #isIn(state: BootstrapState): boolean {
    return this.#machine.state === state;
  }

  /** One thing at a time, in order: nothing reads accounts while they change. */
  #do(work: () => Promise<void>): void {
    const { signal } = this.#abort;
    this.#work = this.#work.then(async () => {
      if (signal.aborted) return;
      await work().catch((error: unknown) => {
        this.#options.logger.error("bootstrap failed by a mistake of ours", { reason: describeError(error) });
      });
    });
  }
}
