import { parseServerUri } from "../association/server-uri.ts";
import type { DataModel } from "../lwm2m/data-model/data-model.ts";
import { ServerInstance } from "../lwm2m/objects/server-instance.ts";
import { patientRetry } from "../lwm2m/registration/account-retry.ts";
import { ServerAccount } from "../lwm2m/server-account.ts";
import type { ServerAccountStatus } from "../lwm2m/server-account-event.ts";
import { withDeadline } from "../smartcard/deadline.ts";
import { describeError } from "../util/coded-error.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { CardFigures } from "./card-figures.ts";
import type { AgentConfig, ServerConfig } from "./config/config-schema.ts";
import { logEvent } from "./log-event.ts";
import { ServerAssociations, type ServerAssociationsPorts } from "./server-associations.ts";

const closeDeadlineMs = 5_000;

export interface AgentPorts extends Omit<ServerAssociationsPorts, "emit"> {
  /** The device's objects; the Server object holds the given instance. */
  createDataModel(server: ServerInstance): DataModel;
  /** Hears everything that happens, in order. Must not throw. */
  onEvent?(event: AgentEvent): void;
}

export interface AgentStatus {
  readonly server: ServerAccountStatus;
  readonly card: CardFigures;
}

/** A device agent: one configuration, one server, no state outside of this object. */
export class Agent {
  readonly #config: AgentConfig;
  readonly #ports: AgentPorts;
  readonly #account: ServerAccount;

  /** Throws CodedError "BAD_SERVER_URI". */
  constructor(config: AgentConfig, ports: AgentPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#account = this.#createAccount(config.server);
  }

  get status(): AgentStatus {
    return { server: this.#account.status, card: this.#ports.cardFigures.figures };
  }

  /** Never throws and never gives up: what fails is tried again. */
  start(): void {
    this.#emit({ type: "started", endpoint: this.#config.endpoint, server: this.#config.server.uri });
    this.#account.start();
  }

  /** De-registers, closes the association and the card's channel. Never rejects. */
  async stop(): Promise<void> {
    await this.#account.stop();
    this.#emitFigures();
    await this.#closeCredentials();
  }

  /** A card that never answers must not keep a device from shutting down. */
  async #closeCredentials(): Promise<void> {
    const { credentials, timers, logger } = this.#ports;
    const late = (): Error => new Error(`not closed after ${closeDeadlineMs} ms`);
    try {
      await withDeadline(credentials.close(), timers, closeDeadlineMs, late);
    } catch (error) {
      logger.warn("the credential store did not close", { reason: describeError(error) });
    }
  }

  #createAccount(config: ServerConfig): ServerAccount {
    const server = new ServerInstance(0, serverSettings(config));
    const { clock, timers, entropy, logger } = this.#ports;
    const emit = (event: AgentEvent): void => this.#emit(event);
    const uri = parseServerUri(config.uri);
    return new ServerAccount({
      endpointName: this.#config.endpoint,
      server,
      dataModel: this.#ports.createDataModel(server),
      associations: new ServerAssociations(config, { ...this.#ports, emit }),
      uriPath: uri.path,
      uriQuery: uri.query,
      // A configuration file says nothing of retries: an agent that gave up for a day would surprise whoever wrote it.
      retry: patientRetry,
      clock,
      timers,
      entropy,
      logger,
      onEvent: (event) => {
        emit(event);
        if (event.type === "registered") this.#emitFigures();
      },
    });
  }

  #emit(event: AgentEvent): void {
    logEvent(this.#ports.logger, event);
    this.#ports.onEvent?.(event);
  }

  #emitFigures(): void {
    this.#emit({ type: "figures", card: this.#ports.cardFigures.figures });
  }
}

function serverSettings(config: ServerConfig): ServerInstance["settings"] {
  const { shortServerId, lifetime, binding, defaultMinimumPeriod, defaultMaximumPeriod } = config;
  return {
    shortServerId,
    lifetime,
    binding,
    notificationStoring: true,
    ...(defaultMinimumPeriod !== undefined && { defaultMinimumPeriod }),
    ...(defaultMaximumPeriod !== undefined && { defaultMaximumPeriod }),
  };
}
