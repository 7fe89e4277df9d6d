import { describeError } from "../../util/coded-error.ts";
import type { ServerAccountState, TrafficTotals } from "../server-account-event.ts";
import { AccountPauses } from "./account-pauses.ts";
import { BackOff } from "./back-off.ts";
import { deregister } from "./deregister.ts";
import { FailureLog } from "./failure-log.ts";
import { Presence } from "./presence.ts";
import { receivedAlert } from "./received-alert.ts";
import type { RegisteredChannel, Registration } from "./registration.ts";
import type { RegistrationCycleOptions } from "./registration-cycle-options.ts";
import { RegistrationError } from "./registration-error.ts";
import { ServerLink } from "./server-link.ts";
import { trafficSince, trafficTotals } from "./traffic.ts";

/** Whoever said that the account is about to change is asked again after this. */
const ASK_AGAIN_MS = 60_000;

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
 * Connect, register, keep, sleep, lose, wait, again: from "connecting" until the machine says "stopped". Each method is
 * what is done in one state; each step out of it is a transition of the machine.
 */
export class RegistrationCycle {
  readonly #options: RegistrationCycleOptions;
  readonly #presence: Presence;
  readonly #backOff: BackOff;
  readonly #pauses: AccountPauses;
  /** `beforeContact` has said yes for what follows a connection. */
  #allowed = false;

  constructor(options: RegistrationCycleOptions) {
    this.#options = options;
    const failures = new FailureLog(options.logger, options.server.settings.shortServerId);
    this.#presence = new Presence(options);
    this.#backOff = new BackOff({ ...options, failures });
    this.#pauses = new AccountPauses(options, this.#presence, this.#backOff);
  }

  get status(): CycleStatus {
    const { link, kept } = this.#presence;
    const { nextUpdateAt } = kept ?? {};
    return {
      ...(link && { peer: link.association.peer }),
      ...(kept && { location: kept.registration.location, registeredAt: kept.registeredAt }),
      ...(nextUpdateAt !== undefined && { nextUpdateAt }),
      ...this.#backOff.failure,
    };
  }

  /** Undefined while the server cannot be sent to. */
  get channel(): RegisteredChannel | undefined {
    return this.#presence.channel;
  }

  /** What a later run may go on with: none without a security context that could be resumed. */
  get resumable(): Registration | undefined {
    const { link, kept } = this.#presence;
    return !link || link.association.session ? kept?.registration : undefined;
  }

  async run(): Promise<void> {
    const { machine, session } = this.#options;
    while (machine.state !== "stopped") await this.#act(machine.state);
    this.#presence.forget(machine.reason);
    session.close(machine.reason);
    await this.#presence.drop();
  }

  /** Something went to or came from the server. */
  active(): void {
    const { queueMode, machine, wakeUps } = this.#options;
    queueMode.active();
    if (machine.state === "asleep") wakeUps.post({ type: "woken", reason: "the server sent a request" });
  }

  /** What is under way is given up; whoever calls this has posted why. */
  interrupt(): void {
    this.#presence.interrupt();
  }

  #act(state: ServerAccountState): Promise<void> {
    if (state === "connecting") return this.#connect();
    if (state === "registering") return this.#register();
    if (state === "registered") return this.#keep();
    if (state === "updating") return this.#update();
    if (state === "asleep") return this.#pauses.sleep();
    if (state === "waiting") return this.#pauses.wait();
    if (state === "given-up") return this.#pauses.rest();
    if (state === "disabled") return this.#pauses.sitOut();
    if (state === "offline") return this.#pauses.stayOffline();
    return this.#leave();
  }

  async #connect(): Promise<void> {
    const { machine, retry, associations, clock, wakeUps, emit, session } = this.#options;
    await this.#presence.drop();
    // What was asked of the association before is of no concern to the next one.
    wakeUps.clear();
    this.#allowed = false;
    if (!(await this.#mayContact())) return this.#interrupted();
    this.#allowed = true;
    const startedAt = clock.now();
    emit({ type: "connecting", reason: machine.reason, attempt: retry.attempts + 1 });
    session.expect();
    try {
      const signal = this.#presence.newSignal();
      const association = await associations.connect(session.handle, signal);
      // It may come just after the stop that should have prevented it.
      if (signal.aborted) await association.close();
      signal.throwIfAborted();
      const link = new ServerLink(association, (error) => this.#closed(error));
      this.#presence.attach(link);
      this.#connected(link, clock.now() - startedAt);
    } catch (error) {
      session.pause();
      this.#failed(error);
    }
  }

  /** In the same security context an Update is enough (OMA LwM2M Core 1.2 §6.2.2); a new one needs a Register. */
  #connected({ association }: ServerLink, milliseconds: number): void {
    const { machine, session, emit } = this.#options;
    const isResumed = association.session?.resumed === true;
    const goesOn = isResumed && this.#presence.kept?.hasExpired === false;
    const reason = goesOn ? "the session was resumed" : "association established";
    if (goesOn) session.resume(association);
    else this.#presence.forget(isResumed ? "the lifetime is over" : "a new security context");
    machine.step(goesOn ? "resumed" : "connected", reason);
    emit({ type: "connected", peer: association.peer, milliseconds });
    if (goesOn) emit({ type: "resumed", reason });
  }

  #closed(error?: Error): void {
    this.#noteAlert(error);
    const reason = error ? describeError(error) : "the server closed the association";
    this.#options.wakeUps.post({ type: "closed", reason, ...(error && { error }) });
  }

  async #register(): Promise<void> {
    const { machine, registrar, clock, session } = this.#options;
    const { link } = this.#presence;
    if (!link || !(await this.#mayContact())) return this.#interrupted();
    const startedAt = clock.now();
    const before = trafficTotals(link.association);
    try {
      const { reason } = machine;
      const registration = await registrar.register(this.#presence.sender(link));
      machine.step("registered", reason);
      this.#registered(registration, clock.now() - startedAt, trafficSince(link.association, before));
    } catch (error) {
      this.#failed(error);
      if (error instanceof RegistrationError) return;
      session.pause();
      await this.#presence.drop();
    }
  }

  #registered(registration: Registration, milliseconds: number, traffic?: TrafficTotals): void {
    const { machine, logger, emit, server, session } = this.#options;
    const { location, version } = registration;
    const { reason } = machine;
    this.#backOff.over();
    this.#presence.registered(registration);
    session.open(version);
    logger.info("registered", { server: server.settings.shortServerId, location: `/${location.join("/")}`, reason });
    emit({ type: "registered", reason, location, version, milliseconds, ...(traffic && { traffic }) });
  }

  /** Keeps the registration until something happens, or is due. */
  async #keep(): Promise<void> {
    const { machine, wakeUps, queueMode, clock } = this.#options;
    const updateAt = this.#presence.kept?.nextUpdateAt ?? Number.POSITIVE_INFINITY;
    const soonest = Math.min(updateAt, queueMode.sleepAt ?? Number.POSITIVE_INFINITY);
    const wakeUp = await wakeUps.next(Number.isFinite(soonest) ? Math.max(0, soonest - clock.now()) : undefined);
    if (wakeUp.type === "due") this.#due(updateAt);
    else if (wakeUp.type === "update") machine.step("update", wakeUp.reason);
    else if (wakeUp.type === "stop" || wakeUp.type === "disable") machine.step(wakeUp.type, wakeUp.reason);
    else if (wakeUp.type === "offline") this.#pauses.goOffline(wakeUp.reason);
    else if (wakeUp.type === "closed") this.#lose(wakeUp.reason, wakeUp.error);
    else if (wakeUp.type === "reconnect" || wakeUp.type === "silent") this.#lose(wakeUp.reason);
  }

  #due(updateAt: number): void {
    const { machine, session, queueMode, clock, emit } = this.#options;
    const isUpdate = updateAt <= clock.now();
    if (isUpdate) machine.step("update", "lifetime");
    // Something may have come while we waited.
    if (isUpdate || (queueMode.sleepAt ?? Number.POSITIVE_INFINITY) > clock.now()) return;
    const reason = "the awake time is over";
    this.#presence.settle();
    this.#presence.shut();
    session.hold("asleep");
    machine.step("sleep", reason);
    emit({ type: "asleep", reason });
  }

  async #update(): Promise<void> {
    const { machine, registrar, session, emit } = this.#options;
    const { reason } = machine;
    const { link, kept } = this.#presence;
    if (!link || !kept || !(await this.#mayContact())) return this.#interrupted();
    try {
      await registrar.update(kept.registration, this.#presence.sender(link));
      kept.renewed();
      machine.step("updated", reason);
      this.#presence.settle();
      this.#backOff.over();
      this.#presence.open();
      session.hold(undefined);
      emit({ type: "updated", reason, location: kept.registration.location });
    } catch (error) {
      if (this.#isInterrupted) this.#interrupted();
      else if (error instanceof RegistrationError) this.#forgotten(error);
      else this.#lose(describeError(error), error instanceof Error ? error : undefined);
    }
  }

  /** The server lives and does not know us: what it observed is over, the association is not. */
  #forgotten(error: RegistrationError): void {
    this.#presence.settle();
    this.#presence.forget(error.message);
    this.#options.emit({ type: "lost", reason: error.message, error });
    this.#options.machine.step("forgotten", error.message);
  }

  /** The association is gone or of no use: a new one at once, or after a pause when this one did not last. */
  #lose(reason: string, error?: Error): void {
    const { emit, logger, machine, server, session } = this.#options;
    const hasLasted = this.#presence.settle();
    // Without a security context there is nothing that a later association could go on with.
    if (!this.#presence.link?.association.session) this.#presence.forget(reason);
    this.#presence.shut();
    session.pause();
    emit({ type: "lost", reason, ...(error && { error }) });
    logger.info("registration lost", { server: server.settings.shortServerId, reason });
    machine.step("lost", reason);
    if (!hasLasted && error) this.#backOff.failed(error);
  }

  /** De-registers where there is still a way, and goes where the reason for leaving leads. */
  async #leave(): Promise<void> {
    const { machine, session, signal } = this.#options;
    const { reason } = machine;
    const { link, kept } = this.#presence;
    session.close(reason);
    this.#presence.shut();
    if (link && !link.isClosed && kept) await deregister(kept.registration, link, reason, this.#options);
    this.#presence.forget(reason);
    await this.#presence.drop();
    machine.step(signal.aborted ? "gone" : "disable", reason);
  }

  #failed(error: unknown): void {
    this.#noteAlert(error);
    if (this.#isInterrupted) this.#interrupted();
    else this.#backOff.failed(error);
  }

  /** /1/x/11: it helps a bootstrap server to find out why we are back. */
  #noteAlert(error: unknown): void {
    const { server } = this.#options;
    const alertCode = receivedAlert(error);
    if (alertCode !== undefined) server.replace({ ...server.settings, alertCode });
  }

  get #isInterrupted(): boolean {
    const { signal, wakeUps } = this.#options;
    return signal.aborted || wakeUps.has("offline");
  }

  #interrupted(): void {
    const { signal, machine, wakeUps } = this.#options;
    const doing = machine.state;
    if (signal.aborted) machine.step("stop", `stopped while ${doing}`);
    else this.#pauses.goOffline(`offline while ${doing}`);
    wakeUps.withdraw("offline");
  }

  /** False: the account is told to stop or to go offline while somebody changes it. */
  async #mayContact(): Promise<boolean> {
    const { beforeContact, wakeUps } = this.#options;
    for (;;) {
      if (this.#isInterrupted) return false;
      const isAllowed = this.#allowed || (await beforeContact());
      this.#allowed = false;
      if (isAllowed) return !this.#isInterrupted;
      const wakeUp = await wakeUps.next(ASK_AGAIN_MS);
      if (wakeUp.type === "stop" || wakeUp.type === "offline") wakeUps.post(wakeUp);
    }
  }
}
