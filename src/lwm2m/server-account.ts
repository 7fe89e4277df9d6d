import type { Entropy } from "../crypto/ports.ts";
import type { Path } from "../formats/path.ts";
import { describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import { type RetryPolicy, RetrySchedule } from "../util/retry-schedule.ts";
import type { MonotonicClock, Timers, WallClock } from "../util/time.ts";
import { type AccessControl, fullAccess } from "./data-model/access-control.ts";
import { AttributeStore } from "./data-model/attribute-store.ts";
import type { DataModel } from "./data-model/data-model.ts";
import type { LwM2mVersion } from "./model/lwm2m-version.ts";
import type { ServerInstance } from "./objects/server-instance.ts";
import { type ObservationStatus, ServerObservations } from "./observation/server-observations.ts";
import type { AssociationFactory } from "./ports/association-factory.ts";
import { AccountTriggers } from "./registration/account-triggers.ts";
import { Registrar } from "./registration/registrar.ts";
import { RegistrationCycle } from "./registration/registration-cycle.ts";
import { RegistrationMachine } from "./registration/registration-machine.ts";
import { WakeUps } from "./registration/wake-ups.ts";
import { SendError } from "./send/send-error.ts";
import { type SendFormat, sendValues } from "./send/send-values.ts";
import type { ServerAccountEvent, ServerAccountStatus } from "./server-account-event.ts";
import { ServerSession } from "./server-session.ts";

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
  /** Full access when absent: right for a device with one server. */
  readonly access?: AccessControl;
  /** Between failed attempts; 2 s, doubling up to 5 min, when absent. */
  readonly retry?: RetryPolicy;
  readonly clock: MonotonicClock;
  /** For the times of values that could not be told when they were new; relative times when absent. */
  readonly wallClock?: WallClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly onEvent?: (event: ServerAccountEvent) => void;
}

const defaultRetry: RetryPolicy = { firstDelayMs: 2000, maxDelayMs: 300_000, jitter: 0.25 };

/** One server: connects, registers, keeps the registration, answers requests and notifies, until stopped. */
export class ServerAccount {
  readonly #options: ServerAccountOptions;
  readonly #machine: RegistrationMachine;
  readonly #wakeUps: WakeUps;
  readonly #registrar: Registrar;
  readonly #attributes = new AttributeStore();
  readonly #observations: ServerObservations;
  readonly #triggers: AccountTriggers;
  #cycle: RegistrationCycle | undefined;
  #running: Promise<void> | undefined;
  #abort = new AbortController();
  #since: number;

  constructor(options: ServerAccountOptions) {
    const { server, dataModel, clock, timers, logger } = options;
    const observations = new ServerObservations({
      model: dataModel,
      clock,
      timers,
      logger,
      ...(options.wallClock && { wallClock: options.wallClock }),
      defaults: () => this.#defaults(),
      storing: () => server.settings.notificationStoring,
      onEvent: (event) => this.#emit(event),
    });
    this.#options = options;
    this.#since = clock.now();
    this.#wakeUps = new WakeUps(timers);
    this.#registrar = new Registrar(options);
    this.#observations = observations;
    this.#attributes.onChange(() => observations.touchAll());
    const attributes = this.#attributes;
    this.#triggers = new AccountTriggers({ server, dataModel, attributes, observations, timers }, this.#wakeUps);
    this.#machine = new RegistrationMachine(({ from, to, reason }) => {
      this.#since = clock.now();
      logger.debug("state", { server: server.settings.shortServerId, from, to, reason });
    });
  }

  /** Never throws and never gives up: whatever fails is retried with back-off. */
  start(): void {
    if (this.#running) return;
    this.#abort = new AbortController();
    this.#machine.step("start", "started");
    this.#cycle = this.#newCycle();
    this.#running = this.#run(this.#cycle);
  }

  /** De-registers when registered, closes the association, and resolves when all is done. Never rejects. */
  async stop(reason = "stopped"): Promise<void> {
    if (!this.#running) return;
    this.#abort.abort();
    this.#wakeUps.post({ type: "stop", reason });
    await this.#running;
    this.#running = undefined;
  }

  /** Makes a new association at once: the network changed, or a person asks. */
  reconnect(reason: string): void {
    this.#wakeUps.post({ type: "reconnect", reason });
  }

  /** Sends an Update at once, when registered. */
  updateRegistration(reason: string): void {
    this.#wakeUps.post({ type: "update", reason });
  }

  /**
   * Sends the values below paths without being asked. Rejects with SendError (its code says why) and with what the
   * association rejects with.
   */
  async send(paths: readonly Path[], contentFormat?: SendFormat): Promise<void> {
    const channel = this.#cycle?.channel;
    if (!channel) throw new SendError("SEND_NOT_REGISTERED", "not registered with the server now");
    const { dataModel: model, server, access = fullAccess, uriPath = [], uriQuery = [] } = this.#options;
    const { shortServerId, muteSend } = server.settings;
    const context = { shortServerId, version: channel.version, access, attributes: this.#attributes };
    const format = contentFormat !== undefined && { contentFormat };
    await sendValues(paths, { model, context, muteSend, uriPath, uriQuery, ...format, send: channel.send });
  }

  /** While held, notifications are kept as /1/x/6 says, and told afterwards: the device or the server sleeps. */
  holdNotifications(hold: boolean): void {
    this.#observations.setOnline(!hold);
  }

  /** What the server observes, with what waits to be told. */
  get observations(): readonly ObservationStatus[] {
    return this.#observations.list;
  }

  /** What the server attached. */
  get attributes(): AttributeStore {
    return this.#attributes;
  }

  get status(): ServerAccountStatus {
    return {
      shortServerId: this.#options.server.settings.shortServerId,
      state: this.#machine.state,
      reason: this.#machine.reason,
      since: this.#since,
      ...this.#cycle?.status,
      observations: this.#observations.paths,
    };
  }

  async #run(cycle: RegistrationCycle): Promise<void> {
    this.#triggers.start();
    try {
      await cycle.run();
    } catch (error) {
      this.#options.logger.error("server account failed by a mistake of ours", { reason: describeError(error) });
    }
    this.#triggers.stop();
    this.#observations.close(this.#machine.reason);
    this.#wakeUps.reset();
    this.#emit({ type: "stopped", reason: this.#machine.reason });
  }

  #newCycle(): RegistrationCycle {
    const { server, associations, clock, timers, logger, entropy, retry = defaultRetry } = this.#options;
    return new RegistrationCycle({
      server,
      associations,
      registrar: this.#registrar,
      machine: this.#machine,
      wakeUps: this.#wakeUps,
      retry: new RetrySchedule(retry, entropy),
      signal: this.#abort.signal,
      clock,
      timers,
      logger,
      newSession: () => this.#newSession(),
      emit: (event) => this.#emit(event),
    });
  }

  #newSession(): ServerSession {
    const { dataModel: model, logger, access = fullAccess, server } = this.#options;
    const { shortServerId } = server.settings;
    const [attributes, observations] = [this.#attributes, this.#observations];
    return new ServerSession({ shortServerId, model, access, attributes, observations, logger });
  }

  #defaults() {
    const { settings } = this.#options.server;
    const { defaultMinimumPeriod: pmin, defaultMaximumPeriod: pmax, defaultNotificationMode: con } = settings;
    return {
      ...(pmin !== undefined && { pmin }),
      ...(pmax !== undefined && { pmax }),
      ...(con !== undefined && { con }),
    };
  }

  #emit(event: ServerAccountEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#options.logger.error("a listener for account events threw", { reason: describeError(error) });
    }
  }
}
