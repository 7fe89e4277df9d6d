import type { CoapResponse, Observation } from "../../coap/exchange.ts";
import type { Path } from "../../formats/path.ts";
import type { MonotonicClock, Timer, Timers } from "../../util/time.ts";
import type { NotificationAttributes } from "../data-model/notification-attributes.ts";
import { asksForNotification, effectivePeriods, type Sample } from "./notification-rule.ts";

/** RFC 7641 §4.5: at least one confirmable notification every 24 hours. */
const CONFIRMABLE_INTERVAL_MS = 24 * 3600 * 1000;

export interface ObservedPathPorts {
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  /** The records now. Rejects when the path can no longer be read. */
  sample(): Promise<Sample>;
  /** A sample as a notification. */
  encode(sample: Sample): CoapResponse;
  /** What a failed sample tells the server; it ends the observation. */
  failure(error: unknown): CoapResponse;
  /** Attributes in force for this path, server defaults included. */
  attributes(): NotificationAttributes;
  notified(confirmable: boolean): void;
  /** Called after the error went out. */
  failed(error: unknown): void;
}

/** One observation of one path: decides when to notify, from changes and from time. */
export class ObservedPath {
  readonly path: Path;
  readonly #observation: Observation;
  readonly #ports: ObservedPathPorts;
  #notified: Sample;
  #previous: Sample;
  #notifiedAt: number;
  #confirmedAt: number;
  #asked = false;
  #timer: Timer | undefined;
  #evaluating = false;
  #again = false;
  #ended = false;

  /** `first` is what the answer to the Observe request carried. */
  constructor(path: Path, observation: Observation, first: Sample, ports: ObservedPathPorts) {
    this.path = path;
    this.#observation = observation;
    this.#ports = ports;
    this.#notified = first;
    this.#previous = first;
    this.#notifiedAt = ports.clock.now();
    this.#confirmedAt = this.#notifiedAt;
    this.#schedule();
  }

  /** Something below the path, or its attributes, may have changed: looks again soon, once for many calls. */
  touch(): void {
    this.#arm(0);
  }

  /** Ends it without a message. */
  end(): void {
    if (this.#ended) return;
    this.stop();
    this.#observation.end();
  }

  /** The peer or the endpoint ended it: only the timer is left to stop. */
  stop(): void {
    this.#ended = true;
    this.#timer?.cancel();
  }

  async #evaluate(): Promise<void> {
    if (this.#evaluating) {
      this.#again = true;
      return;
    }
    this.#evaluating = true;
    try {
      await this.#lookAndNotify();
    } catch (error) {
      if (!this.#ended) this.#fail(error);
    }
    this.#evaluating = false;
    if (this.#ended) return;
    if (this.#again) this.#arm(0);
    else this.#schedule();
    this.#again = false;
  }

  async #lookAndNotify(): Promise<void> {
    const current = await this.#ports.sample();
    if (this.#ended) return;
    const attributes = this.#ports.attributes();
    const { minimum, maximum = Number.POSITIVE_INFINITY } = effectivePeriods(attributes);
    const samples = { previous: this.#previous, notified: this.#notified, current };
    // A limit crossed within pmin stays to be reported; a mere difference may be gone again by its end.
    this.#asked = (this.#asked && hasLimit(attributes)) || asksForNotification(attributes, samples);
    this.#previous = current;
    const elapsed = this.#ports.clock.now() - this.#notifiedAt;
    if (elapsed >= 1000 * maximum || (this.#asked && elapsed >= 1000 * minimum)) this.#notify(current);
  }

  #notify(current: Sample): void {
    const now = this.#ports.clock.now();
    const confirmable = now - this.#confirmedAt >= CONFIRMABLE_INTERVAL_MS;
    this.#observation.notify(this.#ports.encode(current), confirmable);
    this.#notified = current;
    this.#notifiedAt = now;
    if (confirmable) this.#confirmedAt = now;
    this.#asked = false;
    this.#ports.notified(confirmable);
  }

  /** An error response ends the observation on both sides (RFC 7641 §4.2). */
  #fail(error: unknown): void {
    this.stop();
    this.#observation.notify(this.#ports.failure(error), true);
    this.#ports.failed(error);
  }

  /** The next moment at which time alone makes a difference: the end of pmin for what waits, or pmax. */
  #schedule(): void {
    const { minimum, maximum } = effectivePeriods(this.#ports.attributes());
    const period = this.#asked ? minimum : maximum;
    this.#timer?.cancel();
    if (period === undefined) return;
    this.#arm(Math.max(0, this.#notifiedAt + 1000 * period - this.#ports.clock.now()));
  }

  #arm(delayMs: number): void {
    if (this.#ended) return;
    this.#timer?.cancel();
    this.#timer = this.#ports.timers.schedule(delayMs, () => void this.#evaluate());
  }
}

function hasLimit({ gt, lt, st }: NotificationAttributes): boolean {
  return gt !== undefined || lt !== undefined || st !== undefined;
}
