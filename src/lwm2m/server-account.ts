import type { Entropy } from "../crypto/ports.ts";
import type { Logger } from "../util/log.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";
import type { DataModel } from "./data-model/data-model.ts";
import type { LwM2mVersion } from "./model/lwm2m-version.ts";
import type { ServerInstance } from "./objects/server-instance.ts";
import type { AssociationFactory } from "./ports/association-factory.ts";
import type { ServerAccountEvent, ServerAccountStatus } from "./server-account-event.ts";

export interface ServerAccountOptions {
  readonly endpointName: string;
  /** Lifetime, binding and default periods are taken from here and followed when they change. */
  readonly server: ServerInstance;
  readonly dataModel: DataModel;
  readonly associations: AssociationFactory;
  /** "1.1" when absent. An older one is tried when the server answers 4.12. */
  readonly version?: LwM2mVersion;
  /** Path and query items of the server URI, which precede ours (OMA LwM2M Transport 1.2 §6.4). */
  readonly uriPath?: readonly string[];
  readonly uriQuery?: readonly string[];
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly onEvent?: (event: ServerAccountEvent) => void;
}

/** One server: connects, registers, keeps the registration, answers requests and notifies, until stopped. */
export class ServerAccount {
  readonly #options: ServerAccountOptions;

  constructor(options: ServerAccountOptions) {
    this.#options = options;
  }

  /** Never throws and never gives up: whatever fails is retried with back-off. */
  start(): void {
    throw new Error(`server account ${this.#options.server.settings.shortServerId} is not built yet`);
  }

  /** De-registers when registered, closes the association, and resolves when all is done. */
  stop(): Promise<void> {
    return Promise.resolve();
  }

  get status(): ServerAccountStatus {
    const { shortServerId } = this.#options.server.settings;
    return { shortServerId, state: "stopped", reason: "not built yet", since: 0, observations: [] };
  }
}
