import type { RequestHandler } from "../coap/exchange.ts";
import { Code } from "../coap/message.ts";
import type { KeySlots } from "../credentials/ports/key-slots.ts";
import { BootstrapController, type BootstrapStatus } from "../lwm2m/bootstrap/bootstrap-controller.ts";
import type { BootstrapEvent } from "../lwm2m/bootstrap/bootstrap-event.ts";
import type { ReadCard } from "../lwm2m/bootstrap/card-reading.ts";
import type { SecuritySettings } from "../lwm2m/bootstrap/security-settings.ts";
import type { LwM2mObject } from "../lwm2m/data-model/object.ts";
import type { ObjectRegistry } from "../lwm2m/model/object-registry.ts";
import { accessRightBits } from "../lwm2m/objects/access-control-object.ts";
import type { AssociationFactory } from "../lwm2m/ports/association-factory.ts";
import type { QueueModePolicy } from "../lwm2m/registration/queue-mode.ts";
import type { ServerAccountEvent } from "../lwm2m/server-account-event.ts";
import { withDeadline } from "../smartcard/deadline.ts";
import { describeError } from "../util/coded-error.ts";
import type { RecordStore } from "../util/record-store.ts";
import type { WallClock } from "../util/time.ts";
import { AccountObjects } from "./accounts/account-objects.ts";
import { type AccountSecurity, accountSecurity, isEnrolled } from "./accounts/account-security.ts";
import { bootstrapAgentEvent } from "./accounts/bootstrap-agent-event.ts";
import { factoryConfiguration } from "./accounts/factory-configuration.ts";
import { SavedAccounts } from "./accounts/saved-accounts.ts";
import { securityPolicy } from "./accounts/security-policy.ts";
import { ServerAccounts } from "./accounts/server-accounts.ts";
import { dropSession, ServerAssociations, type ServerAssociationsPorts } from "./accounts/server-associations.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { EnrolmentConfig, NamedConfig } from "./config/config-schema.ts";
import type { AgentControl, AgentStatus } from "./control/agent-control.ts";
import { LocalControl } from "./control/local-control.ts";
import { AgentEnrolment } from "./enrolment/agent-enrolment.ts";
import { enrolmentAgentEvent } from "./enrolment/enrolment-agent-event.ts";
import { logEvent } from "./log-event.ts";

const closeDeadlineMs = 5_000;

export interface AgentPorts extends Omit<ServerAssociationsPorts, "emit" | "sessions"> {
  readonly wallClock: WallClock;
  /** What survives a restart. */
  readonly store: RecordStore;
  readonly definitions: ObjectRegistry;
  /** What servers find on this device, but for objects 0 to 2. */
  readonly objects: readonly LwM2mObject[];
  /** What works beside the accounts, and has to be stopped with the agent. */
  readonly services?: readonly Service[];
  /** Reads the bootstrap file of a smart card; absent where none is configured. */
  readonly readCard?: ReadCard;
  /** The places for the keys of an enrolment. Rejects with a CodedError; absent: no enrolment. */
  openKeySlots?(keys: EnrolmentConfig["keys"]): Promise<KeySlots>;
  /** How accounts in queue mode sleep; as the configuration says when absent. */
  readonly queueMode?: QueueModePolicy;
  /** Hears everything that happens, in order. Must not throw. */
  onEvent?(event: AgentEvent): void;
}

/** Something at work for as long as the agent is. */
export interface Service {
  /** Must not reject. */
  stop(): Promise<void>;
}

/** A device agent: one configuration, any number of servers, no state outside of this object. */
export class Agent {
  readonly #config: NamedConfig;
  readonly #ports: AgentPorts;
  readonly #objects: AccountObjects;
  readonly #accounts: ServerAccounts;
  readonly #listeners = new Set<(event: AgentEvent) => void>();
  /** What a person or a program on the device may ask. */
  readonly control: AgentControl;
  readonly #enrolment: AgentEnrolment | undefined;
  /** There once the saved accounts are read. */
  #bootstrap: BootstrapController | undefined;
  #hasBootstrapAccount = false;
  /** The accounts are those of an earlier run: they were registered with before. */
  #accountsAreOld = false;
  #starting: Promise<void> | undefined;
  #stopped = false;

  constructor(config: NamedConfig, ports: AgentPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#objects = new AccountObjects({
      definitions: ports.definitions,
      others: ports.objects,
      servers: () => this.#accounts.shortServerIds,
      unlistedRights: () => this.#unlistedRights(),
      requestBootstrap: async (server) =>
        (await this.#bootstrap?.triggerBootstrap(`asked for by server ${server}`)) ?? false,
      onChange: () => this.#bootstrap?.saveChanges(),
    });
    const { awake, closeAssociation } = config.queueMode;
    this.#accounts = new ServerAccounts({
      queueMode: { awakeMs: awake * 1000, closeAssociation },
      ...ports,
      endpointName: config.endpoint,
      version: config.lwm2m,
      ...(config.profileId !== undefined && { profileId: config.profileId }),
      objects: this.#objects,
      associations: (security) => this.#associations(security),
      beforeContact: (server) => this.#mayContact(server),
      canBootstrap: () => this.#hasBootstrapAccount,
      onEvent: (server, event) => this.#accountEvent(server, event),
      dropSession: (security) => this.#dropSession(security),
    });
    this.control = new LocalControl({
      status: () => this.status,
      listeners: this.#listeners,
      accounts: this.#accounts,
      model: this.#objects.model,
      bootstrap: async (reason) => (await this.#bootstrap?.triggerBootstrap(reason)) ?? false,
      enrolment: () => this.#enrolment,
    });
    this.#enrolment = this.#createEnrolment();
  }

  get status(): AgentStatus {
    const { clock, cardFigures } = this.#ports;
    return {
      endpoint: this.#config.endpoint,
      now: clock.now(),
      online: this.#accounts.online,
      servers: this.#accounts.all.map(({ status }) => status),
      bootstrap: this.#bootstrap?.status ?? notStarted,
      card: cardFigures.figures,
      ...(this.#enrolment?.status && { enrolment: this.#enrolment.status }),
    };
  }

  /** Never throws and never gives up: what fails is tried again. */
  start(): void {
    if (this.#starting) return;
    this.#emit({ type: "started", endpoint: this.#config.endpoint });
    this.#starting = this.#start();
  }

  /** De-registers, closes the associations and the card's channel. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#starting;
    await Promise.all([
      this.#inTime("enrolment", this.#enrolment?.stop()),
      this.#inTime("bootstrap", this.#bootstrap?.stop()),
      this.#accounts.stop(),
    ]);
    const { services = [] } = this.#ports;
    await this.#inTime("a service", Promise.all(services.map((service) => service.stop())));
    this.#emitFigures();
    await this.#inTime("the credential store", this.#ports.credentials.close());
  }

  /** Something happened outside of it, such as a card's answer. */
  report(event: AgentEvent): void {
    this.#emit(event);
  }

  async #start(): Promise<void> {
    const { store, logger, definitions } = this.#ports;
    const { configurable } = this.#objects;
    const factory = factoryConfiguration(this.#config, definitions);
    const savedAccounts = new SavedAccounts(store, configurable, factory, logger);
    const saved = await savedAccounts.load();
    if (this.#stopped) return;
    if (saved) this.#objects.load(saved.configuration);
    this.#accountsAreOld = saved !== undefined;
    this.#bootstrap = new BootstrapController({
      ...this.#ports,
      endpointName: this.#config.endpoint,
      version: this.#config.lwm2m,
      objects: configurable,
      policy: securityPolicy(this.#config, definitions),
      store: savedAccounts,
      exclusive: (change) => this.#objects.model.exclusive(change),
      associations: (security) => this.#associations(security),
      onEvent: (event) => this.#bootstrapEvent(event),
      beforehand: async (association) => this.#enrolment?.overBootstrap(association, "before-bootstrap"),
      afterwards: async (association) => this.#enrolment?.overBootstrap(association, "after-bootstrap"),
      ...(saved && { saved }),
      ...(factory && { factory }),
    });
    this.#enrolment?.start();
    this.#bootstrap.start();
  }

  #createEnrolment(): AgentEnrolment | undefined {
    const { enrolment } = this.#config;
    const { openKeySlots } = this.#ports;
    if (!enrolment || !openKeySlots) return undefined;
    return new AgentEnrolment(this.#config, enrolment, {
      ...this.#ports,
      openKeySlots,
      accounts: async () => (await this.#bootstrap?.accounts()) ?? { servers: [] },
      connect: (account, signal) => this.#associationsOf(account).connect(nothingHere, signal),
      onEvent: (event) => this.#emit(enrolmentAgentEvent(event)),
      onCredentialChanged: (reason) =>
        this.#accounts.reconnect(reason, ({ security }) => isEnrolled(this.#config, security)),
    });
  }

  #associations(security: SecuritySettings): AssociationFactory {
    const account = accountSecurity(this.#config, security);
    return this.#associationsOf(this.#enrolment?.withCertificate(account) ?? account);
  }

  #associationsOf(account: AccountSecurity): AssociationFactory {
    const emit = (event: AgentEvent): void => this.#emit(event);
    const { network: sessions } = this.#config;
    return new ServerAssociations(account, { ...this.#ports, sessions, emit });
  }

  async #dropSession(security: SecuritySettings): Promise<void> {
    const { store, logger } = this.#ports;
    try {
      await dropSession(security, store);
    } catch (error) {
      logger.warn("the DTLS session of an account that is gone cannot be removed", { reason: describeError(error) });
    }
  }

  /** What goes on over an association needs no other certificate. */
  async #mayContact(server: number): Promise<boolean> {
    if ((await this.#bootstrap?.checkCard(server)) === false) return false;
    const { settings, account } = this.#accounts.get(server) ?? {};
    if (!settings || account?.status.state !== "connecting") return true;
    return this.#enrolment?.mayConnect(settings.security) ?? true;
  }

  #accountEvent(server: number, event: ServerAccountEvent): void {
    this.#emit({ ...event, server });
    void this.#followCertificate(server, event);
    if (event.type === "given-up") this.#bootstrap?.registrationFailed(server, event.reason);
    if (event.type === "registered" || event.type === "updated") this.#bootstrap?.registered(server);
    if (event.type === "registered" || event.type === "resumed") this.#emitFigures();
  }

  /** What the servers make of a new certificate decides whether the former one may go. */
  async #followCertificate(server: number, event: ServerAccountEvent): Promise<void> {
    const security = this.#accounts.get(server)?.settings.security;
    if (!security || !this.#enrolment) return;
    try {
      // After a restart an Update in the same security context may be all that it takes.
      if (event.type === "registered" || event.type === "updated") await this.#enrolment.registered(security);
      if (event.type !== "retrying" && event.type !== "given-up") return;
      await this.#enrolment.registrationFailed(security, event.error, event.type === "given-up");
    } catch (error) {
      this.#ports.logger.error("what became of the certificate cannot be kept", { reason: describeError(error) });
    }
  }

  #bootstrapEvent(event: BootstrapEvent): void {
    const told = bootstrapAgentEvent(event);
    if (told) this.#emit(told);
    if (event.type === "resume") this.#accounts.resume(event.reason);
    if (event.type !== "accounts") return;
    this.#hasBootstrapAccount = event.accounts.bootstrap !== undefined;
    this.#enrolment?.accountsChanged(event.accounts);
    void this.#accounts.apply(event.accounts, event.reason, this.#accountsAreOld);
    this.#accountsAreOld = false;
  }

  /** Whoever wrote these servers into the configuration trusts them all; others have what a bootstrap server gave them. */
  #unlistedRights(): number {
    const all = this.#accounts.all.map(({ settings }) => accountSecurity(this.#config, settings.security));
    return all.every(({ configured }) => configured) ? allRights : 0;
  }

  /** A card that never answers must not keep a device from shutting down. */
  async #inTime(what: string, work: Promise<unknown> = Promise.resolve()): Promise<void> {
    const { timers, logger } = this.#ports;
    const late = (): Error => new Error(`not closed after ${closeDeadlineMs} ms`);
    try {
      await withDeadline(work, timers, closeDeadlineMs, late);
    } catch (error) {
      logger.warn(`${what} did not close`, { reason: describeError(error) });
    }
  }

  #emit(event: AgentEvent): void {
    logEvent(this.#ports.logger, event);
    this.#ports.onEvent?.(event);
    for (const listener of [...this.#listeners]) listener(event);
  }

  #emitFigures(): void {
    this.#emit({ type: "figures", card: this.#ports.cardFigures.figures });
  }
}

/** A server that is met only for its certificates has nothing to ask. */
const nothingHere: RequestHandler = async () => ({ code: Code.NotFound });

const notStarted: BootstrapStatus = { state: "stopped", reason: "not started", since: 0 };

const allRights = Object.values(accessRightBits).reduce((sum, bit) => sum + bit, 0);
