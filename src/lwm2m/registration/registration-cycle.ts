import type { Association } from "../../association/association.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { RetrySchedule } from "../../util/retry-schedule.ts";
import type { MonotonicClock, Timers } from "../../util/time.ts";
import type { ServerInstance } from "../objects/server-instance.ts";
import type { AssociationFactory } from "../ports/association-factory.ts";
import type { ServerAccountEvent, TrafficTotals } from "../server-account-event.ts";
import type { ServerSession } from "../server-session.ts";
import { BackOff } from "./back-off.ts";
import { FailureLog } from "./failure-log.ts";
import type { Registrar } from "./registrar.ts";
import type { RegisteredChannel, Registration, SendRequest } from "./registration.ts";
import { RegistrationError } from "./registration-error.ts";
import type { RegistrationMachine } from "./registration-machine.ts";
import { trafficSince, trafficTotals } from "./traffic.ts";
import { updateDelayMs } from "./update-delay.ts";
import type { WakeUps } from "./wake-ups.ts";

export interface RegistrationCycleOptions {
  readonly server: ServerInstance;
  readonly associations: AssociationFactory;
  readonly registrar: Registrar;
  readonly machine: RegistrationMachine;
  readonly wakeUps: WakeUps;
  readonly retry: RetrySchedule;
  /** Aborted when the account is told to stop. */
  readonly signal: AbortSignal;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly logger: Logger;
  newSession(): ServerSession;
  emit(event: ServerAccountEvent): void;
}

/** A registration lost sooner than this counts as a failed attempt: a flapping server is not hammered. */
const SETTLED_MS = 60_000;
/** No longer is waited for the answer to De-register. */
const DEREGISTER_TIMEOUT_MS = 5000;
/** Seconds: what /1/x/5 is when absent. */
const DISABLE_TIMEOUT_S = 86_400;

/** An established association and who answers on it. */
interface Link {
  readonly association: Association;
  readonly session: ServerSession;
  closed: boolean;
}

/** What `status` shows of a running cycle. Times are MonotonicClock milliseconds. */
export interface CycleStatus {
  readonly peer?: string;
  readonly location?: readonly string[];
  readonly registeredAt?: number;
  readonly nextUpdateAt?: number;
  readonly nextAttemptAt?: number;
  readonly lastError?: Error;
}

/**
 * Connect, register, keep, lose, wait, again: from "connecting" until the machine says "stopped". Each step is a
 * transition of the machine; this is what is done in between.
 */
export class RegistrationCycle {
  readonly #options: RegistrationCycleOptions;
  readonly #backOff: BackOff;
  #link: Link | undefined;
  #status: CycleStatus = {};
  #channel: RegisteredChannel | undefined;

  constructor(options: RegistrationCycleOptions) {
    this.#options = options;
    const failures = new FailureLog(options.logger, options.server.settings.shortServerId);
    this.#backOff = new BackOff({ ...options, failures });
  }

  get status(): CycleStatus {
    return { ...this.#status, ...this.#backOff.failure };
  }

  /** Undefined while there is no registration. */
  get channel(): RegisteredChannel | undefined {
    return this.#channel;
  }

  async run(): Promise<void> {
    const { machine } = this.#options;
    while (machine.state !== "stopped") {
      const link = await this.#connect();
      if (link) await this.#use(link);
      if (machine.state === "disabled") await this.#sitOut();
    }
  }

  async #connect(): Promise<Link | undefined> {
    const { machine, retry, associations, signal, clock, wakeUps, emit, newSession } = this.#options;
    const startedAt = clock.now();
    // What was asked of the association before is of no concern to the next one.
    wakeUps.clear();
    emit({ type: "connecting", reason: machine.reason, attempt: retry.attempts + 1 });
    const session = newSession();
    try {
      const association = await associations.connect(session.handle, signal);
      // It may come just after the stop that should have prevented it.
      if (signal.aborted) await association.close();
      signal.throwIfAborted();
      const link = { association, session, closed: false };
      this.#connected(link, clock.now() - startedAt);
      return link;
    } catch (error) {
      session.close("no association");
      if (signal.aborted) machine.step("stop", "stopped while connecting");
      else await this.#backOff.waitAndRetry(error, "trying again");
      return undefined;
    }
  }

  #connected(link: Link, milliseconds: number): void {
    const { peer } = link.association;
    this.#link = link;
    this.#status = { peer };
    link.association.onClosed((error) => {
      link.closed = true;
      // One that we gave up ourselves is no news.
      if (this.#link !== link) return;
      const reason = error ? describeError(error) : "the server closed the association";
      this.#options.wakeUps.post({ type: "closed", reason, ...(error && { error }) });
    });
    this.#options.machine.step("connected", "association established");
    this.#options.emit({ type: "connected", peer, milliseconds });
  }

  /** Registers, again and again as the server forgets, until the association is of no more use. */
  async #use(link: Link): Promise<void> {
    for (let again = true; again; ) {
      const registration = await this.#register(link);
      again = registration !== undefined && (await this.#keep(link, registration));
    }
    this.#link = undefined;
    this.#channel = undefined;
    this.#status = {};
    link.session.close("the association is given up");
    await link.association.close().catch((error: unknown) => {
      this.#options.logger.debug("closing failed", { reason: describeError(error) });
    });
  }

  /** Undefined: the association is given up, and the machine says where to go on. */
  async #register(link: Link): Promise<Registration | undefined> {
    const { machine, signal } = this.#options;
    for (;;) {
      try {
        return await this.#registerOnce(link);
      } catch (error) {
        if (signal.aborted) {
          machine.step("stop", "stopped while registering");
          return undefined;
        }
        const wakeUp = await this.#backOff.wait(error);
        if (wakeUp.type === "stop") return undefined;
        if (!(error instanceof RegistrationError) || link.closed || wakeUp.type !== "due") {
          machine.step("retry", wakeUp.type === "due" ? "trying again" : wakeUp.reason);
          return undefined;
        }
        machine.step("connected", "trying again over the same association");
      }
    }
  }

  async #registerOnce(link: Link): Promise<Registration> {
    const { machine, registrar, clock } = this.#options;
    const startedAt = clock.now();
    const before = trafficTotals(link.association);
    const { reason } = machine;
    const registration = await registrar.register(this.#sender(link));
    machine.step("registered", reason);
    this.#registered(link, registration, clock.now() - startedAt, trafficSince(link.association, before));
    return registration;
  }

  #registered(link: Link, registration: Registration, milliseconds: number, traffic: TrafficTotals | undefined): void {
    const { machine, clock, logger, emit, server } = this.#options;
    const { location, version } = registration;
    const { reason } = machine;
    this.#backOff.over();
    this.#status = { peer: link.association.peer, location, registeredAt: clock.now() };
    this.#planUpdate(registration);
    this.#channel = { version, send: this.#sender(link) };
    link.session.open(version);
    logger.info("registered", { server: server.settings.shortServerId, location: `/${location.join("/")}`, reason });
    emit({ type: "registered", reason, location, version, milliseconds, ...(traffic && { traffic }) });
  }

  /** Keeps the registration. True: the server forgot it, and the association serves for another. */
  async #keep(link: Link, registration: Registration): Promise<boolean> {
    const { machine, wakeUps } = this.#options;
    while (machine.state === "registered") {
      const wakeUp = await wakeUps.next(this.#untilUpdate());
      if (wakeUp.type === "due") await this.#update(link, registration, "lifetime");
      else if (wakeUp.type === "update") await this.#update(link, registration, wakeUp.reason);
      else if (wakeUp.type === "stop") await this.#stop(link, registration, wakeUp.reason);
      else if (wakeUp.type === "disable") await this.#disable(link, registration, wakeUp.reason);
      else await this.#lose(wakeUp.reason, wakeUp.type === "closed" ? wakeUp.error : undefined);
    }
    return machine.state === "registering";
  }

  async #update(link: Link, registration: Registration, reason: string): Promise<void> {
    const { machine, registrar, signal, emit } = this.#options;
    machine.step("update", reason);
    try {
      await registrar.update(registration, this.#sender(link));
      machine.step("updated", reason);
      this.#planUpdate(registration);
      emit({ type: "updated", reason, location: registration.location });
    } catch (error) {
      if (signal.aborted) await this.#stop(link, registration, "stopped while updating");
      else if (error instanceof RegistrationError) this.#forgotten(link, error);
      else await this.#lose(describeError(error), error instanceof Error ? error : undefined);
    }
  }

  /** The server lives and does not know us: what it observed is over, the association is not. */
  #forgotten(link: Link, error: RegistrationError): void {
    this.#channel = undefined;
    link.session.suspend(error.message);
    this.#options.emit({ type: "lost", reason: error.message, error });
    this.#options.machine.step("forgotten", error.message);
  }

  async #stop(link: Link, registration: Registration, reason: string): Promise<void> {
    this.#options.machine.step("stop", reason);
    await this.#deregister(link, registration, reason);
    this.#options.machine.step("gone", reason);
  }

  async #disable(link: Link, registration: Registration, reason: string): Promise<void> {
    this.#options.machine.step("disable", reason);
    await this.#deregister(link, registration, reason);
    this.#options.machine.step("disable", reason);
  }

  async #deregister(link: Link, registration: Registration, reason: string): Promise<void> {
    const { timers, logger, emit } = this.#options;
    this.#channel = undefined;
    link.session.close(reason);
    const abort = new AbortController();
    const timer = timers.schedule(DEREGISTER_TIMEOUT_MS, () => abort.abort());
    try {
      await registration.deregister((request) => link.association.send(request, abort.signal));
      emit({ type: "deregistered", reason });
    } catch (error) {
      logger.warn("de-registration was not confirmed", { reason: describeError(error) });
    }
    timer.cancel();
  }

  /** The association is gone or of no use: a new one at once, or after a pause when this one did not last. */
  async #lose(reason: string, error?: Error): Promise<void> {
    const { clock, retry, emit, logger, machine, server } = this.#options;
    const hasLasted = clock.now() - (this.#status.registeredAt ?? 0) >= SETTLED_MS;
    this.#channel = undefined;
    if (hasLasted) retry.reset();
    emit({ type: "lost", reason, ...(error && { error }) });
    logger.info("registration lost", { server: server.settings.shortServerId, reason });
    machine.step("lost", reason);
    if (!hasLasted && error) await this.#backOff.waitAndRetry(error, reason);
  }

  /** /1/x/5: silent, then back. */
  async #sitOut(): Promise<void> {
    const { server, machine, emit } = this.#options;
    const milliseconds = 1000 * (server.settings.disableTimeout ?? DISABLE_TIMEOUT_S);
    emit({ type: "disabled", reason: machine.reason, milliseconds });
    const wakeUp = await this.#backOff.pause(milliseconds);
    if (wakeUp.type === "stop") machine.step("stop", wakeUp.reason);
    else machine.step("retry", wakeUp.type === "due" ? "the disable timeout is over" : wakeUp.reason);
  }

  #planUpdate({ lifetime }: Registration): void {
    const delay = updateDelayMs(lifetime);
    const { nextUpdateAt: _, ...others } = this.#status;
    this.#status = { ...others, ...(delay !== undefined && { nextUpdateAt: this.#options.clock.now() + delay }) };
  }

  #untilUpdate(): number | undefined {
    const { nextUpdateAt } = this.#status;
    return nextUpdateAt === undefined ? undefined : Math.max(0, nextUpdateAt - this.#options.clock.now());
  }

  #sender(link: Link): SendRequest {
    return (request) => link.association.send(request, this.#options.signal);
  }
}
