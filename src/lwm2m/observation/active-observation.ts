import type { CoapResponse, Observation, ObservationOrigin } from "../../coap/exchange.ts";
import type { DataRecord } from "../../formats/data-record.ts";
import type { MonotonicClock, Timer, Timers } from "../../util/time.ts";
import type { NotificationAttributes } from "../data-model/notification-attributes.ts";
import { History } from "./history.ts";
import type { Sample } from "./notification-rule.ts";
import { ObservedPart } from "./observed-part.ts";
import { type ObservedSource, recordsOf } from "./observed-source.ts";

/** RFC 7641 §4.5: at least one confirmable notification every 24 hours. */
const CONFIRMABLE_INTERVAL_MS = 24 * 3600 * 1000;
/** Seconds between looks at a value that changes without being announced, where no attribute says otherwise. */
const USUAL_SAMPLING_PERIOD = 60;

export interface ActiveObservationPorts {
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  /** pmin, pmax and con where the source has none. */
  defaults(): NotificationAttributes;
  /** How many moments may be kept when the server cannot be told now; 0: none. */
  capacity(): number;
  /** The time that a record of this moment is to carry (RFC 8428 §4.5.3). */
  secondsOf(at: number): number;
  /** What a failed sample tells the server; it ends the observation. */
  failure(error: unknown): CoapResponse;
  notified(confirmable: boolean): void;
  /** There is something to notify that the server cannot be told now. */
  kept(): void;
  /** The value can no longer be read, and the server was told if it could be. */
  failed(error: unknown): void;
}

/** One observation of one or several paths: decides when to notify, from changes and from time. */
export class ActiveObservation {
  readonly source: ObservedSource;
  readonly #ports: ActiveObservationPorts;
  readonly #parts: readonly ObservedPart[];
  readonly #history = new History();
  #channel: Observation | undefined;
  /** Under which the server still waits while there is no way to it. */
  #origin: ObservationOrigin | undefined;
  #online = true;
  #notifiedAt: number;
  #confirmedAt: number;
  #lookedAt: number;
  #touched = false;
  #looking = false;
  #stopped = false;
  #timer: Timer | undefined;
  #nextAt: number | undefined;

  /** `first` is what the answer to the Observe request carries. */
  constructor(
    source: ObservedSource,
    channel: Observation | undefined,
    first: readonly Sample[],
    ports: ActiveObservationPorts,
  ) {
    this.source = source;
    this.#channel = channel;
    this.#ports = ports;
    this.#parts = first.map((sample) => new ObservedPart(sample));
    this.#notifiedAt = ports.clock.now();
    this.#confirmedAt = this.#notifiedAt;
    this.#lookedAt = this.#notifiedAt;
    this.#schedule();
  }

  /** One of an earlier run, for `reattach`. What the server was told last is not known: it is told anew. */
  static restored(source: ObservedSource, origin: ObservationOrigin, ports: ActiveObservationPorts): ActiveObservation {
    const nothing = source.paths.map(() => []);
    const observation = new ActiveObservation(source, undefined, nothing, ports);
    observation.#origin = origin;
    observation.touch();
    return observation;
  }

  /** Under which the server waits for notifications; undefined: it does not. */
  get origin(): ObservationOrigin | undefined {
    return this.#channel?.origin ?? this.#origin;
  }

  /** How many moments wait to be told. */
  get stored(): number {
    return this.#history.size;
  }

  /** MonotonicClock milliseconds of the next look; undefined: only a change makes it look. */
  get nextAt(): number | undefined {
    return this.#nextAt;
  }

  /** Something below the paths, or the attributes, may have changed: looks again soon, once for many calls. */
  touch(): void {
    this.#touched = true;
    this.#schedule();
  }

  /** While the server cannot be told, what would have been notified is kept. */
  setOnline(online: boolean): void {
    if (this.#online === online) return;
    this.#online = online;
    if (online && this.#history.size > 0) this.#tellHistory();
    this.touch();
  }

  /** Whether it is told over this one now. */
  isOn(channel: Observation): boolean {
    return this.#channel === channel;
  }

  /** There is no way to the server for now; `unreachable` as for `disconnect`. */
  detach(unreachable: boolean): void {
    this.#origin = this.#channel?.origin ?? this.#origin;
    this.disconnect(unreachable);
  }

  /** Goes on over what `adopt` makes of the origin. Undefined: it does not, and the observation is over for the server. */
  reattach(adopt: (origin: ObservationOrigin) => Observation | undefined): Observation | undefined {
    this.#channel = this.#origin && adopt(this.#origin);
    if (this.#channel && this.#history.size > 0) this.#tellHistory();
    this.touch();
    return this.#channel;
  }

  /** The observation is over for the server; what happens from now on is kept until it observes again. */
  disconnect(unreachable: boolean): void {
    this.#channel = undefined;
    // The server never confirmed the last one: it may not know it.
    if (unreachable) this.#store(this.#notifiedAt, recordsOf(this.#parts.map(({ notified }) => notified)));
    this.touch();
  }

  /** Takes over what was kept since the server observed the same the last time, and tells it. */
  inherit(earlier: ActiveObservation): void {
    this.#history.inherit(earlier.#history);
    if (this.#history.size === 0) return;
    // The newest value closes the series, so that it is also the last that the server hears.
    const now = recordsOf(this.#parts.map(({ notified }) => notified));
    this.#history.add(this.#ports.clock.now(), now, Number.POSITIVE_INFINITY);
    this.#tellHistory();
  }

  /** No more of it. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#nextAt = undefined;
  }

  /** Ends it at the endpoint, without a message. */
  release(): void {
    this.#channel?.end();
  }

  get #tells(): boolean {
    return this.#channel !== undefined && this.#online;
  }

  /** Nobody to tell and nothing to keep: no need to look. */
  get #idle(): boolean {
    return this.#stopped || (!this.#tells && this.#ports.capacity() === 0);
  }

  /** What is in force now, one for each part. */
  #attributes(): readonly NotificationAttributes[] {
    const defaults = this.#ports.defaults();
    return this.#parts.map((_, i) => ({ ...defaults, ...this.source.attributes(i) }));
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#touched = false;
    this.#lookedAt = this.#ports.clock.now();
    try {
      const samples = await this.source.sample();
      if (!this.#stopped) this.#consider(samples);
    } catch (error) {
      if (!this.#stopped) this.#fail(error);
    }
    this.#looking = false;
    this.#schedule();
  }

  #consider(samples: readonly Sample[]): void {
    const attributes = this.#attributes();
    for (const [i, part] of this.#parts.entries()) part.look(samples[i] ?? [], attributes[i] ?? {});
    if (this.#idle || (this.#dueAt(attributes) ?? Number.POSITIVE_INFINITY) > this.#ports.clock.now()) return;
    if (this.#tells) this.#notify(recordsOf(samples), this.#isConfirmable(attributes));
    else {
      this.#store(this.#ports.clock.now(), recordsOf(samples));
      this.#ports.kept();
    }
    this.#notifiedAt = this.#ports.clock.now();
    for (const [i, part] of this.#parts.entries()) part.told(samples[i] ?? []);
  }

  #notify(records: readonly DataRecord[], confirmable: boolean): void {
    this.#channel?.notify(this.source.encode(records), confirmable);
    if (confirmable) this.#confirmedAt = this.#ports.clock.now();
    this.#ports.notified(confirmable);
  }

  #isConfirmable(attributes: readonly NotificationAttributes[]): boolean {
    if (this.#ports.clock.now() - this.#confirmedAt >= CONFIRMABLE_INTERVAL_MS) return true;
    return attributes.some(({ con }) => con === 1);
  }

  #store(at: number, records: readonly DataRecord[]): void {
    this.#history.add(at, records, this.#ports.capacity());
  }

  /** All at once, because a newer notification replaces one that waits to be sent; confirmable, because it is rare. */
  #tellHistory(): void {
    if (this.#tells)
      this.#notify(
        this.#history.take((at) => this.#ports.secondsOf(at)),
        true,
      );
  }

  /** An error response ends the observation on both sides (RFC 7641 §4.2). */
  #fail(error: unknown): void {
    this.stop();
    this.#channel?.notify(this.#ports.failure(error), true);
    this.#ports.failed(error);
  }

  /** When the next notification is due as things are. */
  #dueAt(attributes: readonly NotificationAttributes[]): number | undefined {
    return soonest(
      this.#parts.map((part, i) => part.dueAfterMs(attributes[i] ?? {})),
      this.#notifiedAt,
    );
  }

  /** When to look though nothing was announced. */
  #sampleAt(attributes: readonly NotificationAttributes[]): number | undefined {
    const restless = this.source.changesByItself();
    const periods = attributes.map((one) => samplingPeriodMs(one, restless));
    return soonest(periods, this.#lookedAt);
  }

  /** When to look because something was announced: not before epmin is over. */
  #touchedAt(attributes: readonly NotificationAttributes[]): number | undefined {
    if (!this.#touched) return undefined;
    return soonest(
      attributes.map(({ epmin = 0 }) => 1000 * epmin),
      this.#lookedAt,
    );
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#nextAt = undefined;
    if (this.#idle || this.#looking) return;
    const attributes = this.#attributes();
    this.#nextAt = soonest([this.#dueAt(attributes), this.#sampleAt(attributes), this.#touchedAt(attributes)], 0);
    if (this.#nextAt === undefined) return;
    const delay = Math.max(0, this.#nextAt - this.#ports.clock.now());
    this.#timer = this.#ports.timers.schedule(delay, () => void this.#look());
  }
}

function soonest(delays: readonly (number | undefined)[], from: number): number | undefined {
  const known = delays.filter((delay) => delay !== undefined);
  return known.length === 0 ? undefined : from + Math.min(...known);
}

function samplingPeriodMs(
  { epmin = 0, epmax = 0, pmin = 0 }: NotificationAttributes,
  restless: boolean,
): number | undefined {
  if (epmax > 0) return 1000 * epmax;
  return restless ? 1000 * (epmin || pmin || USUAL_SAMPLING_PERIOD) : undefined;
}
