import type { Path } from "../formats/path.ts";
import { describeError } from "../util/coded-error.ts";
import type { AccountState } from "./account-state.ts";
import { fullAccess } from "./data-model/access-control.ts";
import { AttributeStore } from "./data-model/attribute-store.ts";
import {
  type ObservationEvent,
  type ObservationStatus,
  ServerObservations,
} from "./observation/server-observations.ts";
import { AccountRetry } from "./registration/account-retry.ts";
import { AccountTriggers } from "./registration/account-triggers.ts";
import { QueueMode } from "./registration/queue-mode.ts";
import { Registrar } from "./registration/registrar.ts";
import { type RegisteredChannel, Registration } from "./registration/registration.ts";
import { RegistrationCycle } from "./registration/registration-cycle.ts";
import { RegistrationMachine } from "./registration/registration-machine.ts";
import { WakeUps } from "./registration/wake-ups.ts";
import { SendError } from "./send/send-error.ts";
import { type SendFormat, sendValues } from "./send/send-values.ts";
import type { ServerAccountEvent, ServerAccountStatus } from "./server-account-event.ts";
import type { ServerAccountOptions } from "./server-account-options.ts";
import { ServerSession } from "./server-session.ts";
import { StateSaver } from "./state-saver.ts";

export type { ServerAccountOptions } from "./server-account-options.ts";

/** Up to twice the wait: still shorter than the one that would follow. */
const RETRY_JITTER = 1;

/** One server: connects, registers, keeps the registration, answers requests and notifies, until stopped. */
export class ServerAccount {
  readonly #options: ServerAccountOptions;
  readonly #machine: RegistrationMachine;
  readonly #wakeUps: WakeUps;
  readonly #registrar: Registrar;
  readonly #attributes = new AttributeStore();
  readonly #observations: ServerObservations;
  readonly #triggers: AccountTriggers;
  readonly #session: ServerSession;
  readonly #saver: StateSaver;
  /** Until the first start has used it. */
  #saved: AccountState | undefined;
  /** Of those who wait for the account to leave a state. */
  readonly #moved = new Set<() => void>();
  #cycle: RegistrationCycle | undefined;
  #running: Promise<void> | undefined;
  #abort = new AbortController();
  #since: number;
  /** Why it is to be offline, also before it starts. */
  #offline: string | undefined;

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
      onEvent: (event) => this.#observationEvent(event),
      onUnreachable: () => this.#wakeUps.post({ type: "silent", reason: "a notification was not acknowledged" }),
      onKept: () => this.#wake("something to notify"),
    });
    this.#options = options;
    this.#saved = options.saved;
    this.#since = clock.now();
    this.#wakeUps = new WakeUps(timers);
    this.#registrar = new Registrar(options);
    this.#observations = observations;
    for (const { path, attributes } of options.saved?.attributes ?? []) this.#attributes.set(path, attributes);
    this.#saver = new StateSaver({ state: () => this.#state(), save: async (state) => options.save?.(state) });
    this.#attributes.onChange(() => {
      observations.touchAll();
      this.#saver.changed();
    });
    const attributes = this.#attributes;
    this.#triggers = new AccountTriggers({ server, dataModel, attributes, observations, timers }, this.#wakeUps);
    this.#machine = new RegistrationMachine(({ from, to, reason }) => {
      this.#since = clock.now();
      logger.debug("state", { server: server.settings.shortServerId, from, to, reason });
      for (const moved of [...this.#moved]) moved();
    });
    const { access = fullAccess } = options;
    this.#session = new ServerSession({
      shortServerId: server.settings.shortServerId,
      model: dataModel,
      access,
      attributes,
      observations,
      logger,
      onRequest: () => this.#cycle?.active(),
      saved: () => this.#saver.settled(),
    });
  }

  /** Never throws: whatever fails is tried again as the server's retry resources say. */
  start(): void {
    if (this.#running) return;
    if (this.#offline !== undefined) this.#wakeUps.post({ type: "offline", reason: this.#offline });
    this.#abort = new AbortController();
    this.#machine.step("start", "started");
    const saved = this.#saved;
    this.#saved = undefined;
    this.#cycle = this.#newCycle(saved);
    this.#running = this.#run(this.#cycle, saved);
  }

  /** De-registers when registered, closes the association, and resolves when all is done. Never rejects. */
  async stop(reason = "stopped"): Promise<void> {
    if (!this.#running) return;
    this.#abort.abort();
    this.#wakeUps.post({ type: "stop", reason });
    this.#cycle?.interrupt();
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

  /** Tries again from the beginning after "given-up"; nothing in any other state. */
  resume(reason: string): void {
    this.#wakeUps.post({ type: "resume", reason });
  }

  /** Closes the association and stays quiet. The registration is kept, and goes on afterwards where it can. */
  goOffline(reason: string): void {
    this.#offline = reason;
    this.#wakeUps.withdraw("online");
    if (!this.#running) return;
    this.#wakeUps.post({ type: "offline", reason });
    this.#cycle?.interrupt();
  }

  goOnline(reason: string): void {
    this.#offline = undefined;
    this.#wakeUps.withdraw("offline");
    if (this.#running) this.#wakeUps.post({ type: "online", reason });
  }

  /**
   * Sends the values below paths without being asked; in queue mode the device wakes up for it. Rejects with SendError
   * (its code says why) and with what the association rejects with.
   */
  async send(paths: readonly Path[], contentFormat?: SendFormat): Promise<void> {
    const channel = await this.#awakeChannel();
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

  async #run(cycle: RegistrationCycle, saved: AccountState | undefined): Promise<void> {
    this.#triggers.start();
    try {
      if (saved) await this.#session.restore(saved);
      await cycle.run();
    } catch (error) {
      this.#options.logger.error("server account failed by a mistake of ours", { reason: describeError(error) });
    }
    this.#triggers.stop();
    this.#observations.close(this.#machine.reason);
    this.#wakeUps.reset();
    this.#emit({ type: "stopped", reason: this.#machine.reason });
    await this.#saver.settled();
  }

  #state(): AccountState {
    const registration = this.#cycle?.resumable?.known;
    const attributes = this.#attributes.all;
    return registration
      ? { attributes, registration, observations: this.#observations.kept }
      : { attributes, observations: [] };
  }

  #newCycle(saved: AccountState | undefined): RegistrationCycle {
    const { server, associations, clock, timers, logger, queueMode = {}, beforeContact, canBootstrap } = this.#options;
    return new RegistrationCycle({
      server,
      associations,
      session: this.#session,
      registrar: this.#registrar,
      machine: this.#machine,
      wakeUps: this.#wakeUps,
      retry: this.#newRetry(),
      queueMode: new QueueMode(server, queueMode, clock),
      ...(saved?.registration && { restored: Registration.restored(saved.registration) }),
      signal: this.#abort.signal,
      clock,
      timers,
      logger,
      beforeContact: async () => (beforeContact ? beforeContact() : true),
      canBootstrap: () => canBootstrap?.() ?? false,
      emit: (event) => this.#emit(event),
    });
  }

  #newRetry(): AccountRetry {
    const { server, retry, retryJitter: jitter = RETRY_JITTER, entropy } = this.#options;
    return new AccountRetry({
      settings: () => server.settings,
      version: () => this.#registrar.version,
      ...(retry && { patience: retry }),
      jitter,
      entropy,
    });
  }

  /** In queue mode it takes an Update, or a new association, before there is one. */
  async #awakeChannel(): Promise<RegisteredChannel | undefined> {
    this.#wake("something to send");
    if (this.#machine.state === "asleep") await this.#left(["asleep", "connecting", "registering", "updating"]);
    return this.#cycle?.channel;
  }

  #wake(reason: string): void {
    if (this.#machine.state === "asleep") this.#wakeUps.post({ type: "wake", reason });
  }

  /** Resolves when the account is in none of these states. */
  #left(states: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const moved = () => {
        if (states.includes(this.#machine.state)) return;
        this.#moved.delete(moved);
        resolve();
      };
      this.#moved.add(moved);
    });
  }

  #observationEvent(event: ObservationEvent): void {
    if (event.type === "notified") this.#cycle?.active();
    this.#emit(event);
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
    if (event.type === "notified") this.#saver.notified();
    else this.#saver.changed();
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#options.logger.error("a listener for account events threw", { reason: describeError(error) });
    }
  }
}
