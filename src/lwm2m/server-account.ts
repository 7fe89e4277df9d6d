import type { Association } from "../association/association.ts";
import { Code } from "../coap/message.ts";
import type { Entropy } from "../crypto/ports.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import { type RetryPolicy, RetrySchedule } from "../util/retry-schedule.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";
import { type AccessControl, fullAccess } from "./data-model/access-control.ts";
import { AttributeStore } from "./data-model/attribute-store.ts";
import type { DataModel } from "./data-model/data-model.ts";
import { type LwM2mVersion, olderVersion } from "./model/lwm2m-version.ts";
import type { ServerInstance } from "./objects/server-instance.ts";
import { ServerObservations } from "./observation/server-observations.ts";
import type { AssociationFactory } from "./ports/association-factory.ts";
import { objectLinks } from "./registration/object-links.ts";
import { Registration } from "./registration/registration.ts";
import { RegistrationError } from "./registration/registration-error.ts";
import { RegistrationMachine } from "./registration/registration-machine.ts";
import { updateDelayMs } from "./registration/update-delay.ts";
import { type WakeUp, WakeUps } from "./registration/wake-ups.ts";
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
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly onEvent?: (event: ServerAccountEvent) => void;
}

const defaultRetry: RetryPolicy = { firstDelayMs: 2000, maxDelayMs: 300_000, jitter: 0.25 };
/** What a request sets off waits this long, so that its answer is on the way first. */
const ANSWER_FIRST_MS = 100;
/** A registration lost sooner than this counts as a failed attempt: a flapping server is not hammered. */
const SETTLED_MS = 60_000;
/** `stop` waits no longer for the answer to De-register. */
const DEREGISTER_TIMEOUT_MS = 5000;
/** Seconds: default of /1/x/5. */
const DISABLE_TIMEOUT_S = 86_400;

/** An established association and who answers on it. */
interface Link {
  readonly association: Association;
  readonly session: ServerSession;
}

/** One server: connects, registers, keeps the registration, answers requests and notifies, until stopped. */
export class ServerAccount {
  readonly #options: ServerAccountOptions;
  readonly #machine: RegistrationMachine;
  readonly #wakeUps: WakeUps;
  readonly #retry: RetrySchedule;
  readonly #attributes = new AttributeStore();
  readonly #observations: ServerObservations;
  #version: LwM2mVersion;
  #running: Promise<void> | undefined;
  #abort = new AbortController();
  #link: Link | undefined;
  #registration: Registration | undefined;
  #since: number;
  #registeredAt: number | undefined;
  #nextUpdateAt: number | undefined;
  #nextAttemptAt: number | undefined;
  #lastError: Error | undefined;
  #saidCode: string | undefined;

  constructor(options: ServerAccountOptions) {
    this.#options = options;
    this.#version = options.version ?? "1.1";
    this.#since = options.clock.now();
    this.#wakeUps = new WakeUps(options.timers);
    this.#retry = new RetrySchedule(options.retry ?? defaultRetry, options.entropy);
    this.#machine = new RegistrationMachine(({ from, to, reason }) => {
      this.#since = options.clock.now();
      options.logger.debug("state", { server: this.#shortServerId, from, to, reason });
    });
    const { dataModel: model, clock, timers, logger } = options;
    const onEvent = (event: ServerAccountEvent) => this.#emit(event);
    this.#observations = new ServerObservations({
      model,
      clock,
      timers,
      logger,
      onEvent,
      defaults: () => this.#defaults(),
    });
    this.#attributes.onChange(() => this.#observations.touchAll());
  }

  /** Never throws and never gives up: whatever fails is retried with back-off. */
  start(): void {
    if (this.#running) return;
    this.#abort = new AbortController();
    this.#machine.step("start", "started");
    this.#running = this.#run();
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

  /** Sends an Update at once. */
  updateRegistration(reason: string): void {
    this.#wakeUps.post({ type: "update", reason });
  }

  get status(): ServerAccountStatus {
    const { state, reason } = this.#machine;
    return {
      shortServerId: this.#shortServerId,
      state,
      reason,
      since: this.#since,
      ...(this.#link && { peer: this.#link.association.peer }),
      ...(this.#registration && { location: this.#registration.location }),
      ...(this.#registeredAt !== undefined && { registeredAt: this.#registeredAt }),
      ...(this.#nextUpdateAt !== undefined && { nextUpdateAt: this.#nextUpdateAt }),
      ...(this.#nextAttemptAt !== undefined && { nextAttemptAt: this.#nextAttemptAt }),
      ...(this.#lastError && { lastError: this.#lastError }),
      observations: this.#observations.paths,
    };
  }

  get #shortServerId(): number {
    return this.#options.server.settings.shortServerId;
  }

  get #stopping(): boolean {
    return this.#abort.signal.aborted;
  }

  async #run(): Promise<void> {
    const unfollow = this.#follow();
    try {
      while (this.#machine.state === "connecting") {
        const link = await this.#connect();
        if (link) await this.#use(link);
      }
    } catch (error) {
      this.#options.logger.error("server account failed: a mistake of ours", { reason: describeError(error) });
    }
    unfollow();
    this.#emit({ type: "stopped", reason: this.#machine.reason });
  }

  /** Hears of what changes on the device, and of the server's executes. */
  #follow(): () => void {
    const { server, dataModel } = this.#options;
    const later = (wakeUp: WakeUp) =>
      void this.#options.timers.schedule(ANSWER_FIRST_MS, () => this.#wakeUps.post(wakeUp));
    server.attach({
      disable: () => later({ type: "disable", reason: "disabled by the server" }),
      updateRegistration: () => later({ type: "update", reason: "asked for by the server" }),
    });
    const stops = [
      server.onChange((changed) => {
        if (changed.has("lifetime") || changed.has("binding")) later({ type: "update", reason: "settings changed" });
        this.#observations.touchAll();
      }),
      dataModel.onChange(({ path, structure }) => {
        if (!structure) return;
        if (path.length === 1 || !dataModel.hasInstance(path[0] ?? -1, path[1] ?? -1))
          this.#attributes.removeBelow(path);
        later({ type: "update", reason: "objects or instances changed" });
      }),
    ];
    return () => {
      server.attach(undefined);
      for (const stop of stops) stop();
    };
  }

  async #connect(): Promise<Link | undefined> {
    const startedAt = this.#options.clock.now();
    this.#nextAttemptAt = undefined;
    this.#wakeUps.clear();
    this.#emit({ type: "connecting", reason: this.#machine.reason, attempt: this.#retry.attempts + 1 });
    const session = this.#newSession();
    try {
      const association = await this.#options.associations.connect(session.handle, this.#abort.signal);
      return await this.#connected({ association, session }, startedAt);
    } catch (error) {
      session.close("no association");
      if (this.#stopping) this.#machine.step("stop", "stopped while connecting");
      else if ((await this.#backOff(error)).type !== "stop") this.#machine.step("retry", "trying again");
      return undefined;
    }
  }

  async #connected(link: Link, startedAt: number): Promise<Link | undefined> {
    this.#link = link;
    link.association.onClosed((error) => {
      // One that we gave up ourselves is no news.
      if (this.#link !== link) return;
      const reason = error ? describeError(error) : "the server closed the association";
      this.#wakeUps.post({ type: "closed", reason, ...(error && { error }) });
    });
    const milliseconds = this.#options.clock.now() - startedAt;
    this.#machine.step("connected", "association established");
    this.#emit({ type: "connected", peer: link.association.peer, milliseconds });
    return link;
  }

  /** Registers and stays until the association is of no more use. */
  async #use(link: Link): Promise<void> {
    try {
      for (let again = true; again; ) {
        const registration = await this.#register(link);
        again = registration !== undefined && (await this.#keep(link, registration));
      }
    } finally {
      await this.#leave(link);
    }
    if (this.#machine.state === "disabled") await this.#sitOut();
  }

  /** Undefined: the association is given up; the machine is where to go on. */
  async #register(link: Link): Promise<Registration | undefined> {
    for (;;) {
      try {
        return await this.#registerOnce(link);
      } catch (error) {
        if (this.#stopping) {
          this.#machine.step("stop", "stopped while registering");
          return undefined;
        }
        const wakeUp = await this.#backOff(error);
        if (wakeUp.type === "stop") return undefined;
        if (!(error instanceof RegistrationError) || wakeUp.type !== "due") {
          this.#machine.step("retry", wakeUp.type === "due" ? "trying again" : wakeUp.reason);
          return undefined;
        }
        this.#machine.step("connected", "trying again over the same association");
      }
    }
  }

  async #registerOnce(link: Link): Promise<Registration> {
    const { clock, endpointName, server, uriPath = [], uriQuery = [] } = this.#options;
    const { traffic } = link.association;
    const before = { bytesSent: traffic?.bytesSent ?? 0, bytesReceived: traffic?.bytesReceived ?? 0 };
    const { reason } = this.#machine;
    const startedAt = clock.now();
    const { lifetime, binding } = server.settings;
    const parameters = {
      endpointName,
      version: this.#version,
      lifetime,
      binding,
      uriPath,
      uriQuery,
      links: this.#links,
    };
    try {
      const registration = await Registration.register(parameters, this.#sender(link));
      this.#registered(link, registration, reason, startedAt, before);
      return registration;
    } catch (error) {
      const older = olderVersion(this.#version);
      const tooNew = error instanceof RegistrationError && error.responseCode === Code.PreconditionFailed;
      if (!tooNew || !older) throw error;
      this.#options.logger.info("server does not speak this version", { version: this.#version, next: older });
      this.#version = older;
      return this.#registerOnce(link);
    }
  }

  #registered(
    { association, session }: Link,
    registration: Registration,
    reason: string,
    startedAt: number,
    before: { readonly bytesSent: number; readonly bytesReceived: number },
  ): void {
    const now = this.#options.clock.now();
    const { location, version } = registration;
    const { traffic } = association;
    this.#machine.step("registered", reason);
    this.#registration = registration;
    this.#registeredAt = now;
    this.#lastError = undefined;
    this.#saidCode = undefined;
    this.#nextAttemptAt = undefined;
    this.#planUpdate(registration);
    session.open(version);
    this.#options.logger.info("registered", {
      server: this.#shortServerId,
      location: `/${location.join("/")}`,
      reason,
    });
    this.#emit({
      type: "registered",
      reason,
      location,
      version,
      milliseconds: now - startedAt,
      ...(traffic && {
        traffic: {
          bytesSent: traffic.bytesSent - before.bytesSent,
          bytesReceived: traffic.bytesReceived - before.bytesReceived,
        },
      }),
    });
  }

  /** Keeps the registration. True: the server forgot it, and the association serves for another. */
  async #keep(link: Link, registration: Registration): Promise<boolean> {
    for (;;) {
      const due =
        this.#nextUpdateAt === undefined ? undefined : Math.max(0, this.#nextUpdateAt - this.#options.clock.now());
      const wakeUp = await this.#wakeUps.next(due);
      switch (wakeUp.type) {
        case "due":
        case "update":
          if (await this.#update(link, registration, wakeUp.type === "due" ? "lifetime" : wakeUp.reason)) continue;
          return this.#machine.state === "registering";
        case "stop":
          await this.#deregister(link, registration, "stop", wakeUp.reason);
          this.#machine.step("gone", wakeUp.reason);
          return false;
        case "disable":
          await this.#deregister(link, registration, "disable", wakeUp.reason);
          this.#machine.step("disable", wakeUp.reason);
          return false;
        case "closed":
        case "reconnect":
          await this.#lose(wakeUp.reason, wakeUp.type === "closed" ? wakeUp.error : undefined);
          return false;
      }
    }
  }

  /** True: still registered. Otherwise the machine has moved on. */
  async #update(link: Link, registration: Registration, reason: string): Promise<boolean> {
    const { lifetime, binding } = this.#options.server.settings;
    this.#machine.step("update", reason);
    try {
      await registration.update({ lifetime, binding, links: this.#links });
      this.#machine.step("updated", reason);
      this.#planUpdate(registration);
      this.#emit({ type: "updated", reason, location: registration.location });
      return true;
    } catch (error) {
      return this.#updateFailed(link, registration, error);
    }
  }

  async #updateFailed(link: Link, registration: Registration, error: unknown): Promise<boolean> {
    const reason = describeError(error);
    if (this.#stopping) {
      await this.#deregister(link, registration, "stop", "stopped");
      this.#machine.step("gone", "stopped");
    } else if (error instanceof RegistrationError) {
      this.#forget();
      this.#emit({ type: "lost", reason, error });
      link.session.suspend(reason);
      this.#machine.step("forgotten", reason);
    } else await this.#lose(reason, error instanceof Error ? error : undefined);
    return false;
  }

  async #deregister(link: Link, registration: Registration, input: "stop" | "disable", reason: string): Promise<void> {
    this.#machine.step(input, reason);
    link.session.close(reason);
    const abort = new AbortController();
    const timer = this.#options.timers.schedule(DEREGISTER_TIMEOUT_MS, () => abort.abort());
    try {
      await registration.deregister((request) => link.association.send(request, abort.signal));
      this.#emit({ type: "deregistered", reason });
    } catch (error) {
      this.#options.logger.warn("de-registration was not confirmed", { reason: describeError(error) });
    }
    timer.cancel();
  }

  /** The association is gone or of no use: a new one at once, or after a pause when this one did not last. */
  async #lose(reason: string, error?: Error): Promise<void> {
    const lasted = this.#options.clock.now() - (this.#registeredAt ?? 0);
    if (lasted >= SETTLED_MS) this.#retry.reset();
    this.#forget();
    this.#emit({ type: "lost", reason, ...(error && { error }) });
    this.#options.logger.info("registration lost", { server: this.#shortServerId, reason });
    this.#machine.step("lost", reason);
    if (lasted >= SETTLED_MS || !error) return;
    if ((await this.#backOff(error)).type !== "stop") this.#machine.step("retry", reason);
  }

  #forget(): void {
    this.#registration = undefined;
    this.#registeredAt = undefined;
    this.#nextUpdateAt = undefined;
  }

  async #leave(link: Link): Promise<void> {
    this.#link = undefined;
    this.#forget();
    link.session.close("the association is given up");
    try {
      await link.association.close();
    } catch (error) {
      this.#options.logger.debug("closing failed", { reason: describeError(error) });
    }
  }

  /** /1/x/5: silent, then back. */
  async #sitOut(): Promise<void> {
    const { disableTimeout = DISABLE_TIMEOUT_S } = this.#options.server.settings;
    const milliseconds = 1000 * disableTimeout;
    this.#emit({ type: "disabled", reason: this.#machine.reason, milliseconds });
    const wakeUp = await this.#pause(milliseconds);
    if (wakeUp.type === "stop") this.#machine.step("stop", wakeUp.reason);
    else this.#machine.step("retry", wakeUp.type === "due" ? "the disable timeout is over" : wakeUp.reason);
  }

  /** Says what failed and waits. The machine is left "waiting", or "stopped" when told to stop. */
  async #backOff(error: unknown): Promise<WakeUp> {
    const failure = error instanceof Error ? error : new Error(String(error));
    const reason = describeError(failure);
    const milliseconds = this.#retry.next();
    this.#lastError = failure;
    this.#nextAttemptAt = this.#options.clock.now() + milliseconds;
    this.#machine.step("failed", reason);
    this.#say(failure, milliseconds);
    this.#emit({ type: "retrying", reason, error: failure, attempt: this.#retry.attempts, milliseconds });
    const wakeUp = await this.#pause(milliseconds);
    if (wakeUp.type === "stop") this.#machine.step("stop", wakeUp.reason);
    return wakeUp;
  }

  /** Once loudly; the same again only for those who look closely. */
  #say(error: Error, milliseconds: number): void {
    const code = error instanceof CodedError ? error.code : error.name;
    const fields = { server: this.#shortServerId, code, reason: describeError(error), retryInMs: milliseconds };
    if (code === this.#saidCode) this.#options.logger.debug("still not registered", fields);
    else this.#options.logger.warn("not registered, trying again and again", fields);
    this.#saidCode = code;
  }

  /** Until the time is over, or something that ends a pause. */
  async #pause(milliseconds: number): Promise<WakeUp> {
    const end = this.#options.clock.now() + milliseconds;
    for (;;) {
      const wakeUp = await this.#wakeUps.next(Math.max(0, end - this.#options.clock.now()));
      if (wakeUp.type !== "update" && wakeUp.type !== "disable") return wakeUp;
    }
  }

  #planUpdate({ lifetime }: Registration): void {
    const delay = updateDelayMs(lifetime);
    this.#nextUpdateAt = delay === undefined ? undefined : this.#options.clock.now() + delay;
  }

  #sender(link: Link) {
    return (request: Parameters<Association["send"]>[0]) => link.association.send(request, this.#abort.signal);
  }

  #newSession(): ServerSession {
    const { dataModel: model, logger, access = fullAccess } = this.#options;
    const observations = this.#observations;
    return new ServerSession({
      shortServerId: this.#shortServerId,
      model,
      access,
      attributes: this.#attributes,
      observations,
      logger,
    });
  }

  get #links(): string {
    return objectLinks(this.#options.dataModel, this.#version);
  }

  #defaults() {
    const { defaultMinimumPeriod: pmin, defaultMaximumPeriod: pmax } = this.#options.server.settings;
    return { ...(pmin !== undefined && { pmin }), ...(pmax !== undefined && { pmax }) };
  }

  #emit(event: ServerAccountEvent): void {
    this.#options.onEvent?.(event);
  }
}
