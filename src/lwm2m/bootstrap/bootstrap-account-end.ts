import type { Logger } from "../../util/log.ts";
import type { Timer, Timers, WallClock } from "../../util/time.ts";
import type { AccountConfiguration } from "./account-configuration.ts";

/** The bootstrap account is not taken away in the middle of a bootstrap. */
const POSTPONE_MS = 60_000;

export interface BootstrapAccountEndOptions {
  readonly configuration: AccountConfiguration;
  readonly wallClock: WallClock;
  readonly timers: Timers;
  readonly logger: Logger;
  isBootstrapping(): boolean;
  /** The time is over. */
  end(): void;
}

/** /0/x/12: how long the bootstrap account stays after a successful bootstrap, over restarts too. */
export class BootstrapAccountEnd {
  readonly #options: BootstrapAccountEndOptions;
  #timer: Timer | undefined;

  constructor(options: BootstrapAccountEndOptions) {
    this.#options = options;
  }

  /** To be called at start and after each bootstrap. A clock that is not set counts the whole time from now. */
  async arm(): Promise<void> {
    this.cancel();
    const { configuration, wallClock } = this.#options;
    const { bootstrapAccountEndsAt: endsAt } = configuration;
    if (endsAt === undefined) return;
    const timeout = (await configuration.accounts()).bootstrap?.accountTimeoutSeconds ?? 0;
    const left = wallClock.trusted ? endsAt - wallClock.now() / 1000 : timeout;
    this.#schedule(1000 * Math.max(0, left));
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    const { timers, isBootstrapping, end } = this.#options;
    this.#timer = timers.schedule(delayMs, () => {
      if (isBootstrapping()) this.#schedule(POSTPONE_MS);
      else end();
    });
  }
}
