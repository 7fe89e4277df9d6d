import type { Entropy } from "../../crypto/ports.ts";
import { type RetryPolicy, RetrySchedule } from "../../util/retry-schedule.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import type { ServerSettings } from "../objects/server-instance.ts";
import { CommunicationRetry } from "./communication-retry.ts";
import type { Retry, RetryRule } from "./retry-rule.ts";

/** For servers that say nothing of retries: soon at first, then every five minutes, without end. */
export const patientRetry: RetryPolicy = { firstDelayMs: 2000, maxDelayMs: 300_000, jitter: 0.25 };
/** An endless back-off counts as having failed once for those who wait for this server. */
const ENDLESS_SEQUENCE = 5;

export interface AccountRetryOptions {
  settings(): ServerSettings;
  /** As it is registered with. */
  version(): LwM2mVersion;
  /** Where none of /1/x/17 to 20 is there. Absent: their defaults, in 1.0, which has none of them, `patientRetry`. */
  readonly patience?: RetryPolicy;
  /** See CommunicationRetryOptions. */
  readonly jitter: number;
  readonly entropy: Entropy;
}

/** The rule that one server account obeys: the server's own where there is one. */
export class AccountRetry implements RetryRule {
  readonly #options: AccountRetryOptions;
  readonly #communication: CommunicationRetry;
  readonly #endless: RetrySchedule;

  constructor(options: AccountRetryOptions) {
    this.#options = options;
    this.#communication = new CommunicationRetry(options);
    this.#endless = new RetrySchedule(options.patience ?? patientRetry, options.entropy);
  }

  get attempts(): number {
    return this.#communication.attempts + this.#endless.attempts;
  }

  /** Whether the resources decide, so that an attempt can be the last. */
  get isLimited(): boolean {
    const { retryCount, retryTimer, sequenceDelay, sequenceCount } = this.#options.settings();
    const isSaid = [retryCount, retryTimer, sequenceDelay, sequenceCount].some((value) => value !== undefined);
    return isSaid || (this.#options.patience === undefined && this.#options.version() !== "1.0");
  }

  next(): Retry | undefined {
    if (this.isLimited) return this.#communication.next();
    const milliseconds = this.#endless.next();
    return { milliseconds, sequenceEnded: this.#endless.attempts === ENDLESS_SEQUENCE };
  }

  reset(): void {
    this.#communication.reset();
    this.#endless.reset();
  }
}
