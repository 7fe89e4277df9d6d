import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { Timers, WallClock } from "../../util/time.ts";
import type { Enrolment, EnrolmentResult } from "./enrolment.ts";
import { defaultFailurePolicy } from "./enrolment-failure.ts";
import type { AttemptMode } from "./enrolment-record.ts";
import { type DecisionPolicy, decideRenewal, type RenewalDecision } from "./renewal-decision.ts";
import { defaultRenewalPolicy } from "./renewal-policy.ts";
import { WallTimer } from "./wall-timer.ts";

export interface RenewalPorts {
  readonly clock: WallClock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** An attempt ended: with a new credential in use, or for good. */
  readonly onResult?: (result: EnrolmentResult) => void;
}

/** Keeps the certificate alive: runs the enrolment whenever the record and the calendar say that it is due. */
export class Renewal {
  readonly #enrolment: Enrolment;
  readonly #policy: DecisionPolicy;
  readonly #ports: RenewalPorts;
  readonly #timer: WallTimer;
  #running: Promise<void> | undefined;
  #lastResult: EnrolmentResult | undefined;
  readonly #stop = new AbortController();
  /** Nothing happens by itself before `plan` and after `pause`. */
  #active = false;
  /** After an error that the record knows nothing of. */
  #notBefore = 0;

  constructor(enrolment: Enrolment, policy: Partial<DecisionPolicy>, ports: RenewalPorts) {
    this.#enrolment = enrolment;
    this.#policy = { ...defaultRenewalPolicy, ...defaultFailurePolicy, ...policy };
    this.#ports = ports;
    this.#timer = new WallTimer(ports.clock, ports.timers, () => this.#run());
  }

  /** What is due next, as of now. */
  get decision(): RenewalDecision {
    return decideRenewal(this.#enrolment.record, this.#ports.clock, this.#policy);
  }

  /** Looks at record and calendar anew: at the start, after a registration, when the clock was set, after a sleep. */
  plan(): void {
    this.#active = true;
    if (this.#running || this.#stop.signal.aborted) return;
    const { decision } = this;
    if (decision.kind === "none") this.#timer.disarm();
    else this.#timer.arm(Math.max(decision.at, this.#notBefore));
  }

  /** Nobody needs a certificate now: nothing happens by itself until `plan`. What runs comes to its end. */
  pause(): void {
    this.#active = false;
    this.#timer.disarm();
  }

  /** Does at once what is due by now; resolves when it is done, has failed, or has to wait. */
  async due(): Promise<void> {
    await this.#running;
    const { decision } = this;
    if (decision.kind !== "none" && decision.at <= this.#ports.clock.now()) this.#run();
    await this.#running;
  }

  /**
   * By order of a person or a server, whatever the calendar says. Rejects as Enrolment.begin does, and with the error of an
   * attempt that failed for good.
   */
  async now(mode: AttemptMode, abandonActive = false): Promise<void> {
    await this.#running;
    if (!this.#enrolment.record.attempt) await this.#enrolment.begin(mode, abandonActive);
    this.#lastResult = undefined;
    this.#run();
    await this.#running;
    // The run has set it, unseen by the compiler.
    const result = this.#lastResult as EnrolmentResult | undefined;
    if (result?.kind === "failed") throw result.error;
  }

  /** Ends what runs; the record says where to go on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#timer.disarm();
    await this.#running;
  }

  #run(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#timer.disarm();
    this.#running = this.#runOnce().finally(() => {
      this.#running = undefined;
      if (this.#active) this.plan();
    });
  }

  /** Never rejects. */
  async #runOnce(): Promise<void> {
    try {
      const { decision } = this;
      if (decision.kind === "enrol" || decision.kind === "renew") await this.#enrolment.begin(decision.mode);
      const result = await this.#enrolment.run(this.#stop.signal);
      this.#lastResult = result;
      if (result.kind !== "waiting") this.#ports.onResult?.(result);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#notBefore = this.#ports.clock.now() + this.#policy.floorMs;
      this.#ports.logger.error("the enrolment cannot go on", { reason: describeError(error) });
    }
  }
}
