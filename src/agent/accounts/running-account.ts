import { parseServerUri } from "../../association/server-uri.ts";
import type { Entropy } from "../../crypto/ports.ts";
import type { AccountState } from "../../lwm2m/account-state.ts";
import type { ServerAccountSettings } from "../../lwm2m/bootstrap/accounts.ts";
import type { SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import type { LwM2mVersion } from "../../lwm2m/model/lwm2m-version.ts";
import type { ServerInstance } from "../../lwm2m/objects/server-instance.ts";
import type { AssociationFactory } from "../../lwm2m/ports/association-factory.ts";
import { patientRetry } from "../../lwm2m/registration/account-retry.ts";
import type { QueueModePolicy } from "../../lwm2m/registration/queue-mode.ts";
import type { OrderedAccount } from "../../lwm2m/registration/registration-order.ts";
import { ServerAccount } from "../../lwm2m/server-account.ts";
import type { ServerAccountEvent } from "../../lwm2m/server-account-event.ts";
import type { Logger } from "../../util/log.ts";
import type { RecordStore } from "../../util/record-store.ts";
import type { MonotonicClock, Timers, WallClock } from "../../util/time.ts";
import type { ServerStatus } from "../control/agent-control.ts";
import { AccountMemory } from "./account-memory.ts";
import type { AccountObjects } from "./account-objects.ts";
import { securityText } from "./same-security.ts";

export interface RunningAccountOptions {
  readonly endpointName: string;
  readonly version: LwM2mVersion;
  readonly profileId?: string;
  readonly objects: AccountObjects;
  readonly queueMode?: QueueModePolicy;
  readonly clock: MonotonicClock;
  readonly wallClock: WallClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  associations(security: SecuritySettings): AssociationFactory;
  /** See ServerAccountOptions. */
  beforeContact(shortServerId: number): Promise<boolean>;
  canBootstrap(): boolean;
  onEvent(shortServerId: number, event: ServerAccountEvent): void;
  /** Where accounts remember what a restart must not lose. */
  readonly store: RecordStore;
  /** Removes the session that an account left for resumption. Must not reject. */
  dropSession(security: SecuritySettings): Promise<void>;
}

/** What is known of an account when it comes. */
export interface Arrival {
  /** Nobody could give us another account: one that gave up for a day would help nobody. */
  readonly alone: boolean;
  /** /1/x/14 no longer applies. */
  readonly registeredBefore: boolean;
}

/** An account's memory, and what it held when the account came. */
interface Memories {
  readonly memory: AccountMemory;
  readonly saved: AccountState | undefined;
}

/** One server account that is there, running or put to rest by a person. */
export class RunningAccount implements OrderedAccount {
  readonly settings: ServerAccountSettings;
  readonly server: ServerInstance;
  readonly account: ServerAccount;
  readonly registeredBefore: boolean;
  /** False after a person put it to rest. */
  enabled = true;
  readonly #memory: AccountMemory;
  readonly #dropSession: RunningAccountOptions["dropSession"];

  private constructor(
    settings: ServerAccountSettings,
    server: ServerInstance,
    arrival: Arrival,
    memories: Memories,
    options: RunningAccountOptions,
  ) {
    this.settings = settings;
    this.server = server;
    this.registeredBefore = arrival.registeredBefore;
    this.#memory = memories.memory;
    this.#dropSession = options.dropSession;
    this.account = newAccount(settings, server, arrival, memories, options);
  }

  /** With what an earlier run saved of it. Never rejects. */
  static async open(
    settings: ServerAccountSettings,
    server: ServerInstance,
    arrival: Arrival,
    options: RunningAccountOptions,
  ): Promise<RunningAccount> {
    const { store, logger, endpointName, version } = options;
    const { shortServerId, security } = settings;
    const identity = JSON.stringify([endpointName, version, securityText(security)]);
    const memory = new AccountMemory({ store, shortServerId, identity, logger });
    const saved = await memory.load();
    return new RunningAccount(settings, server, arrival, { memory, saved }, options);
  }

  /** Leaves nothing behind: the account is gone for good. Never rejects. */
  async leave(reason: string): Promise<void> {
    await this.account.stop(reason);
    await this.#memory.forget();
    await this.#dropSession(this.settings.security);
  }

  get shortServerId(): number {
    return this.settings.shortServerId;
  }

  get status(): ServerStatus {
    return { ...this.account.status, uri: this.settings.security.uri, enabled: this.enabled };
  }

  start(): void {
    this.account.start();
  }
}

function newAccount(
  { shortServerId, security }: ServerAccountSettings,
  server: ServerInstance,
  { alone }: Arrival,
  { memory, saved }: Memories,
  options: RunningAccountOptions,
): ServerAccount {
  const { objects, associations, onEvent, beforeContact, canBootstrap, ...others } = options;
  const { path: uriPath, query: uriQuery } = parseServerUri(security.uri);
  return new ServerAccount({
    ...others,
    server,
    uriPath,
    uriQuery,
    dataModel: objects.model,
    access: objects.access,
    associations: associations(security),
    ...(alone && { retry: patientRetry }),
    ...(saved && { saved }),
    save: (state) => memory.save(state),
    beforeContact: () => beforeContact(shortServerId),
    canBootstrap: () => canBootstrap(),
    onEvent: (event) => onEvent(shortServerId, event),
  });
}
