import { parseServerUri } from "../association/server-uri.ts";
import type { Entropy } from "../crypto/ports.ts";
import type { Accounts, ServerAccountSettings } from "../lwm2m/bootstrap/accounts.ts";
import type { SecuritySettings } from "../lwm2m/bootstrap/security-settings.ts";
import type { LwM2mVersion } from "../lwm2m/model/lwm2m-version.ts";
import type { AssociationFactory } from "../lwm2m/ports/association-factory.ts";
import { patientRetry } from "../lwm2m/registration/account-retry.ts";
import { ServerAccount } from "../lwm2m/server-account.ts";
import type { ServerAccountEvent } from "../lwm2m/server-account-event.ts";
import type { Logger } from "../util/log.ts";
import type { MonotonicClock, Timers, WallClock } from "../util/time.ts";
import type { AccountObjects } from "./account-objects.ts";
import type { ServerStatus } from "./agent-control.ts";
import { sameSecurity } from "./same-security.ts";

export interface ServerAccountsOptions {
  readonly endpointName: string;
  readonly version: LwM2mVersion;
  readonly objects: AccountObjects;
  readonly clock: MonotonicClock;
  readonly wallClock: WallClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  associations(security: SecuritySettings): AssociationFactory;
  onEvent(shortServerId: number, event: ServerAccountEvent): void;
}

/** One account that is there, running or disabled. */
export interface RunningAccount {
  readonly settings: ServerAccountSettings;
  readonly account: ServerAccount;
  enabled: boolean;
}

/** The server accounts in use: they follow what bootstrap says, and one that did not change is left alone. */
export class ServerAccounts {
  readonly #options: ServerAccountsOptions;
  readonly #running = new Map<number, RunningAccount>();
  #work: Promise<void> = Promise.resolve();
  #over = false;

  constructor(options: ServerAccountsOptions) {
    this.#options = options;
  }

  /** Ascending by Short Server ID. */
  get all(): readonly RunningAccount[] {
    return [...this.#running].sort(([a], [b]) => a - b).map(([, each]) => each);
  }

  get shortServerIds(): readonly number[] {
    return [...this.#running.keys()];
  }

  get status(): readonly ServerStatus[] {
    return this.all.map(({ settings, account, enabled }) => ({
      ...account.status,
      uri: settings.security.uri,
      enabled,
    }));
  }

  get(shortServerId: number): RunningAccount | undefined {
    return this.#running.get(shortServerId);
  }

  /** These are the accounts now. Those that went de-register; a changed one does so before its successor starts. */
  apply({ servers, bootstrap }: Accounts, reason: string): Promise<void> {
    return this.#do(async () => {
      const gone = this.all.filter(({ settings }) => !servers.some((each) => isSame(settings, each)));
      for (const { settings } of gone) this.#running.delete(settings.shortServerId);
      await Promise.all(gone.map(({ account }) => account.stop(reason)));
      if (this.#over) return;
      for (const settings of servers)
        if (!this.#running.has(settings.shortServerId)) this.#start(settings, bootstrap === undefined);
    });
  }

  /** Those whose registration failed are tried again from the beginning. */
  resume(reason: string): void {
    for (const { account } of this.all) if (account.status.state === "waiting") account.reconnect(reason);
  }

  /** De-registers everywhere. Never rejects. */
  stop(): Promise<void> {
    this.#over = true;
    return this.#do(async () => {
      await Promise.all(this.all.map(({ account }) => account.stop()));
    });
  }

  /** `alone`: nobody could give us another account, so one that gave up for a day would help nobody. */
  #start(settings: ServerAccountSettings, alone: boolean): void {
    const { objects, associations, onEvent, logger, ...others } = this.#options;
    const { shortServerId, security, serverInstance } = settings;
    const server = objects.server(serverInstance);
    if (!server) return;
    const { path: uriPath, query: uriQuery } = parseServerUri(security.uri);
    const account = new ServerAccount({
      ...others,
      logger,
      server,
      uriPath,
      uriQuery,
      dataModel: objects.model,
      access: objects.access,
      associations: associations(security),
      ...(alone && { retry: patientRetry }),
      onEvent: (event) => onEvent(shortServerId, event),
    });
    this.#running.set(shortServerId, { settings, account, enabled: true });
    account.start();
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
