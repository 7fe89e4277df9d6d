import type { BackOff } from "./back-off.ts";
import type { Presence } from "./presence.ts";
import type { RegistrationCycleOptions } from "./registration-cycle-options.ts";
import type { WakeUp } from "./wake-ups.ts";

/** Seconds: what /1/x/5 is when absent. */
const DISABLE_TIMEOUT_S = 86_400;

/** The states of a server account in which nothing is sent: each method waits for what ends it, and steps on. */
export class AccountPauses {
  readonly #options: RegistrationCycleOptions;
  readonly #presence: Presence;
  readonly #backOff: BackOff;

  constructor(options: RegistrationCycleOptions, presence: Presence, backOff: BackOff) {
    this.#options = options;
    this.#presence = presence;
    this.#backOff = backOff;
  }

  /** After a failure. */
  async wait(): Promise<void> {
    const { machine } = this.#options;
    const wakeUp = await this.#backOff.wait();
    const { link } = this.#presence;
    if (wakeUp.type === "stop") machine.step("stop", wakeUp.reason);
    else if (wakeUp.type === "offline") this.goOffline(wakeUp.reason);
    else if (wakeUp.type !== "due") machine.step("retry", wakeUp.reason);
    else if (link && !link.isClosed) machine.step("connected", "trying again over the same association");
    else machine.step("retry", "trying again");
  }

  /** Registration has failed: until somebody says that it is to be tried again. */
  async rest(): Promise<void> {
    const { machine, retry } = this.#options;
    await this.#leaveLink();
    const wakeUp = await this.#backOff.pause(undefined, ["stop", "offline", "reconnect", "resume"]);
    if (wakeUp.type === "stop") return machine.step("stop", wakeUp.reason);
    if (wakeUp.type === "offline") return this.goOffline(wakeUp.reason);
    retry.reset();
    machine.step("retry", wakeUp.type === "due" ? "trying again" : wakeUp.reason);
  }

  /** /1/x/5: silent, then back. Going offline meanwhile changes nothing before it is over. */
  async sitOut(): Promise<void> {
    const { server, machine, emit, clock, wakeUps } = this.#options;
    const milliseconds = 1000 * (server.settings.disableTimeout ?? DISABLE_TIMEOUT_S);
    emit({ type: "disabled", reason: machine.reason, milliseconds });
    const end = clock.now() + milliseconds;
    let offline: WakeUp | undefined;
    for (;;) {
      const wakeUp = await this.#backOff.pause(end - clock.now(), ["stop", "reconnect", "offline", "online"]);
      if (wakeUp.type === "stop") return machine.step("stop", wakeUp.reason);
      if (wakeUp.type === "offline") offline = wakeUp;
      else if (wakeUp.type === "online") offline = undefined;
      else {
        if (offline) wakeUps.post(offline);
        return machine.step("retry", wakeUp.type === "due" ? "the disable timeout is over" : wakeUp.reason);
      }
    }
  }

  async stayOffline(): Promise<void> {
    const { machine } = this.#options;
    await this.#leaveLink();
    const wakeUp = await this.#backOff.pause(undefined, ["stop", "online"]);
    const reason = wakeUp.type === "due" ? "online" : wakeUp.reason;
    machine.step(wakeUp.type === "stop" ? "stop" : "retry", reason);
  }

  /** Queue mode: an Update first, when there is something to say or the lifetime wants it (OMA LwM2M Core 1.2 §6.5). */
  async sleep(): Promise<void> {
    const { machine, wakeUps, queueMode, clock } = this.#options;
    if (queueMode.closesAssociation || this.#presence.link?.isClosed) await this.#leaveLink();
    const { nextUpdateAt } = this.#presence.kept ?? {};
    const wakeUp = await wakeUps.next(nextUpdateAt && Math.max(0, nextUpdateAt - clock.now()));
    const reason = wakeUp.type === "due" ? "lifetime" : wakeUp.reason;
    if (wakeUp.type === "stop" || wakeUp.type === "disable") machine.step(wakeUp.type, reason);
    else if (wakeUp.type === "offline") this.goOffline(reason);
    else if (wakeUp.type === "woken") this.#stayAwake(reason);
    else if (wakeUp.type !== "closed") machine.step(this.#canUpdate(wakeUp) ? "wake" : "retry", reason);
  }

  /** The registration stays, so that it can go on when we are back. */
  goOffline(reason: string): void {
    const { machine, session, emit } = this.#options;
    this.#presence.shut();
    session.pause();
    machine.step("offline", reason);
    emit({ type: "offline", reason });
  }

  /** The server spoke first, so it takes us for awake. */
  #stayAwake(reason: string): void {
    const { machine, session } = this.#options;
    this.#presence.open();
    machine.step("woken", reason);
    session.hold(undefined);
  }

  #canUpdate({ type }: WakeUp): boolean {
    const { link } = this.#presence;
    return link !== undefined && !link.isClosed && type !== "reconnect" && type !== "silent";
  }

  async #leaveLink(): Promise<void> {
    const isAsleep = this.#options.machine.state === "asleep";
    if (this.#presence.link) this.#options.session.pause();
    await this.#presence.drop();
    if (isAsleep) this.#options.session.hold("asleep");
  }
}
