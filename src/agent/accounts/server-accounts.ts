import type { Accounts, ServerAccountSettings } from "../../lwm2m/bootstrap/accounts.ts";
import { RegistrationOrder } from "../../lwm2m/registration/registration-order.ts";
import { type Arrival, RunningAccount, type RunningAccountOptions } from "./running-account.ts";
import { sameSecurity } from "./same-security.ts";

/** The server accounts in use: they follow what bootstrap says, and one that did not change is left alone. */
export class ServerAccounts {
  readonly #options: RunningAccountOptions;
  readonly #order: RegistrationOrder;
  readonly #running = new Map<number, RunningAccount>();
  #work: Promise<void> = Promise.resolve();
  #offline: string | undefined;
  #over = false;

  constructor(options: RunningAccountOptions) {
    this.#order = new RegistrationOrder(options);
    this.#options = {
      ...options,
      onEvent: (shortServerId, event) => {
        this.#order.heard(shortServerId, event);
        options.onEvent(shortServerId, event);
      },
    };
  }

  /** Ascending by Short Server ID. */
  get all(): readonly RunningAccount[] {
    return [...this.#running].sort(([a], [b]) => a - b).map(([, each]) => each);
  }

  get shortServerIds(): readonly number[] {
    return [...this.#running.keys()];
  }

  get online(): boolean {
    return this.#offline === undefined;
  }

  get(shortServerId: number): RunningAccount | undefined {
    return this.#running.get(shortServerId);
  }

  /** These are the accounts now. Those that went de-register; a changed one does so before its successor starts. */
  apply({ servers, bootstrap }: Accounts, reason: string, registeredBefore: boolean): Promise<void> {
    return this.#do(async () => {
      const gone = this.all.filter(({ settings }) => !servers.some((each) => isSame(settings, each)));
      for (const { shortServerId } of gone) this.#running.delete(shortServerId);
      this.resume(reason);
      await Promise.all(gone.map((each) => each.leave(reason)));
      const arrival = { alone: bootstrap === undefined, registeredBefore };
      const come = servers.filter(({ shortServerId }) => !this.#running.has(shortServerId));
      for (const settings of come) await this.#add(settings, arrival);
      this.#follow();
    });
  }

  /** A new association and registration for these, as soon as may be. */
  reconnect(reason: string, which: (settings: ServerAccountSettings) => boolean): void {
    for (const { settings, account } of this.all) if (which(settings)) account.reconnect(reason);
  }

  /** Those that have given up are tried again from the beginning. */
  resume(reason: string): void {
    for (const { account } of this.all) account.resume(reason);
  }

  /** De-registers and stays away until `enable`. */
  disable(running: RunningAccount): Promise<void> {
    return this.#do(async () => {
      running.enabled = false;
      this.#follow();
      await running.account.stop("put to rest by a person");
    });
  }

  enable(running: RunningAccount): Promise<void> {
    return this.#do(async () => {
      running.enabled = true;
      this.#follow();
    });
  }

  goOffline(reason: string): void {
    this.#offline = reason;
    for (const { account } of this.all) account.goOffline(reason);
  }

  goOnline(reason: string): void {
    this.#offline = undefined;
    for (const { account } of this.all) account.goOnline(reason);
  }

  /** De-registers everywhere. Never rejects. */
  stop(): Promise<void> {
    this.#over = true;
    this.#order.stop();
    // One that is being left already may take its time: all at once.
    const stopped = Promise.all(this.all.map(({ account }) => account.stop()));
    return this.#do(async () => void (await stopped));
  }

  async #add(settings: ServerAccountSettings, arrival: Arrival): Promise<void> {
    const server = this.#options.objects.server(settings.serverInstance);
    if (!server) return;
    const running = await RunningAccount.open(settings, server, arrival, this.#options);
    if (this.#offline !== undefined) running.account.goOffline(this.#offline);
    this.#running.set(settings.shortServerId, running);
  }

  #follow(): void {
    if (!this.#over) this.#order.follow(this.all.filter(({ enabled }) => enabled));
  }

  /** One change after the other. */
  #do(change: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(change);
    return this.#work;
  }
}

/** The Server instance (/1) may have changed: the account follows that by itself. */
function isSame(a: ServerAccountSettings, b: ServerAccountSettings): boolean {
  const sameIds = a.shortServerId === b.shortServerId && a.serverInstance === b.serverInstance;
  return sameIds && sameSecurity(a.security, b.security);
}
