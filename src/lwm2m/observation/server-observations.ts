import type { CoapRequest, CoapResponse, Observation, ObservationEnd, ObservationOrigin } from "../../coap/exchange.ts";
import { formatPath, isWithin, type Path } from "../../formats/path.ts";
import { toHex } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { MonotonicClock, Timer, Timers, WallClock } from "../../util/time.ts";
import type { KeptObservation } from "../account-state.ts";
import type { DataModel } from "../data-model/data-model.ts";
import type { NotificationAttributes } from "../data-model/notification-attributes.ts";
import { errorResponse } from "../data-model/request-router.ts";
import type { ServerContext } from "../data-model/server-context.ts";
import { ActiveObservation, type ActiveObservationPorts } from "./active-observation.ts";
import type { HoldReason, ObservationEvent, ObservationStatus } from "./observation-event.ts";
import { type ObservedSource, observedSource, recordsOf } from "./observed-source.ts";

export type { ObservationEvent, ObservationStatus } from "./observation-event.ts";

export interface ServerObservationsOptions {
  readonly model: DataModel;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** For the times of kept values; without it, or while it is not set, they are told relative to the moment of telling. */
  readonly wallClock?: WallClock;
  /** pmin, pmax and con where nothing is attached: /1/x/2, /1/x/3 and /1/x/26. */
  defaults(): NotificationAttributes;
  /** /1/x/6: notifications are kept while the server cannot be reached. */
  storing(): boolean;
  onEvent(event: ObservationEvent): void;
  /** A confirmable notification was not acknowledged: the server, or the way to it, is gone. */
  onUnreachable?(): void;
  /** There is something to notify while the device sleeps. */
  onKept?(): void;
}

/** Moments kept for an observation without hqmax. */
const USUAL_CAPACITY = 100;
/** Observations whose values are kept though the server does not observe them now. */
const MAX_LAPSED = 64;
/** A server that is back and does not observe again within this has lost interest. */
const LAPSE_MS = 600_000;

/**
 * All observations of one server. They end with its registration; what they would have told is kept, bounded, until the
 * server observes the same again (OMA LwM2M Core 1.2, Server object, resource 6).
 */
export class ServerObservations {
  readonly #options: ServerObservationsOptions;
  readonly #active = new Map<string, ActiveObservation>();
  readonly #lapsed = new Map<string, ActiveObservation>();
  #online = true;
  #held: HoldReason | undefined;
  #lapseTimer: Timer | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: ServerObservationsOptions) {
    this.#options = options;
  }

  /** Paths, ascending by the time they were asked for. */
  get paths(): readonly string[] {
    return this.list.map(({ path }) => path);
  }

  get list(): readonly ObservationStatus[] {
    return [...this.#active.values()].map(({ source, nextAt, stored }) => ({
      path: pathText(source),
      ...(nextAt !== undefined && { nextAt }),
      stored,
    }));
  }

  /** For `restore` in a later run. */
  get kept(): readonly KeptObservation[] {
    return [...this.#active.values()].flatMap(({ source: { request }, origin }) => (origin ? { request, origin } : []));
  }

  /** Takes over those of an earlier run; they wait for `resume`. What makes no sense any more is left out. */
  async restore(kept: readonly KeptObservation[], context: ServerContext): Promise<void> {
    const { model, logger } = this.#options;
    for (const { request, origin } of kept) {
      try {
        const source = await observedSource(request, model, context);
        const id = toHex(origin.token);
        this.#hold(id, ActiveObservation.restored(source, origin, this.#ports(context, source, id)));
      } catch (error) {
        logger.warn("an observation is not taken up again", { reason: describeError(error) });
      }
    }
  }

  /** Answers a GET or FETCH with Observe=0: a Read that goes on. Never rejects. */
  async observe(request: CoapRequest, context: ServerContext, accept: () => Observation): Promise<CoapResponse> {
    try {
      const { model } = this.#options;
      const source = await observedSource(request, model, context);
      const first = await source.sample();
      const response = source.encode(recordsOf(first));
      const channel = accept();
      const ports = this.#ports(context, source, channel.id);
      this.#add(channel, new ActiveObservation(source, channel, first, ports));
      return response;
    } catch (error) {
      return errorResponse(error, request, this.#options.logger);
    }
  }

  /** Attributes, defaults or rights changed: every observation looks anew. */
  touchAll(): void {
    for (const observation of this.#all()) observation.touch();
  }

  /** False while the server sleeps, or a person says so: notifications are kept, and told when it is true again. */
  setOnline(online: boolean): void {
    this.#online = online;
    this.#follow();
  }

  /** As `setOnline`, for the reasons of the registration. "asleep" keeps the newest value also where /1/x/6 is false. */
  hold(reason: HoldReason | undefined): void {
    this.#held = reason;
    this.#follow();
  }

  /** Goes on with those whose association is gone over another in the same security context. */
  resume(adopt: (origin: ObservationOrigin) => Observation | undefined): void {
    for (const [id, observation] of [...this.#active]) {
      const channel = observation.reattach(adopt);
      if (channel) this.#follows(id, observation, channel);
      else this.#lapse(id, observation, "it could not be taken along to the new association", false);
    }
  }

  /** Ends all of them without a message: the registration that they belong to is over. */
  endAll(reason: string): void {
    this.#lapseTimer?.cancel();
    for (const [id, observation] of [...this.#active]) {
      observation.release();
      this.#lapse(id, observation, reason, false);
    }
  }

  /** Registered anew: what the server does not soon observe again is no longer kept for it. */
  registered(): void {
    this.#lapseTimer?.cancel();
    if (this.#lapsed.size === 0) return;
    this.#lapseTimer = this.#options.timers.schedule(LAPSE_MS, () => this.#forgetLapsed());
  }

  /** Forgets everything: the account has stopped. */
  close(reason: string): void {
    this.endAll(reason);
    this.#forgetLapsed();
  }

  #add(channel: Observation, observation: ActiveObservation): void {
    const { id } = channel;
    const replaced = this.#active.get(id);
    if (replaced) this.#remove(id, replaced, "replaced by the server");
    this.#hold(id, observation);
    this.#follows(id, observation, channel);
    this.#options.onEvent({ type: "observing", path: pathText(observation.source) });
    const key = pathText(observation.source);
    const earlier = this.#lapsed.get(key);
    if (!earlier) return;
    this.#lapsed.delete(key);
    earlier.stop();
    observation.inherit(earlier);
  }

  #hold(id: string, observation: ActiveObservation): void {
    this.#active.set(id, observation);
    this.#stopListening ??= this.#options.model.onChange((change) => this.#touchAround(change.path));
    observation.setOnline(this.#isTold);
  }

  get #isTold(): boolean {
    return this.#online && this.#held === undefined;
  }

  #follow(): void {
    for (const observation of this.#active.values()) observation.setOnline(this.#isTold);
  }

  #follows(id: string, observation: ActiveObservation, channel: Observation): void {
    channel.onEnded((cause) => {
      if (observation.isOn(channel)) this.#ended(id, observation, cause);
    });
  }

  /** Where only the way to the server is gone, the registration decides whether the observation is over. */
  #ended(id: string, observation: ActiveObservation, cause: ObservationEnd): void {
    if (cause === "cancelled") this.#remove(id, observation, "cancelled by the server");
    else observation.detach(cause === "unreachable");
    if (cause === "unreachable") this.#options.onUnreachable?.();
  }

  /** As `remove`, but keeps on looking for the time when the server observes the same again. */
  #lapse(id: string, observation: ActiveObservation, reason: string, unreachable: boolean): void {
    if (this.#active.get(id) !== observation) return;
    this.#active.delete(id);
    const key = pathText(observation.source);
    const before = this.#lapsed.get(key);
    if (this.#options.storing() && (before || this.#lapsed.size < MAX_LAPSED)) {
      before?.stop();
      this.#lapsed.set(key, observation);
      observation.disconnect(unreachable);
    } else observation.stop();
    this.#gone(observation, reason);
  }

  #remove(id: string, observation: ActiveObservation, reason: string): void {
    if (this.#active.get(id) !== observation) return;
    this.#active.delete(id);
    observation.stop();
    this.#gone(observation, reason);
  }

  #gone({ source }: ActiveObservation, reason: string): void {
    this.#listenNoLonger();
    this.#options.onEvent({ type: "observation-ended", path: pathText(source), reason });
  }

  #forgetLapsed(): void {
    this.#lapseTimer?.cancel();
    for (const observation of this.#lapsed.values()) observation.stop();
    this.#lapsed.clear();
    this.#listenNoLonger();
  }

  #listenNoLonger(): void {
    if (this.#active.size + this.#lapsed.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #all(): ActiveObservation[] {
    return [...this.#active.values(), ...this.#lapsed.values()];
  }

  #touchAround(changed: Path): void {
    // The Access Control object decides what can be read anywhere.
    const isRights = changed[0] === 2;
    for (const observation of this.#all()) {
      const isNear = observation.source.paths.some((path) => isWithin(changed, path) || isWithin(path, changed));
      if (isNear || isRights) observation.touch();
    }
  }

  #ports(context: ServerContext, source: ObservedSource, id: string): ActiveObservationPorts {
    const { clock, timers, logger, onEvent, defaults } = this.#options;
    return {
      clock,
      timers,
      defaults,
      capacity: () => this.#capacity(source, context),
      secondsOf: (at) => this.#secondsOf(at),
      failure: (error) => errorResponse(error, source.request, logger),
      notified: (confirmable) => onEvent({ type: "notified", path: pathText(source), confirmable }),
      kept: () => this.#options.onKept?.(),
      failed: (error) => this.#failed(id, pathText(source), describeError(error)),
    };
  }

  #failed(id: string, key: string, reason: string): void {
    const observation = this.#active.get(id);
    if (observation) this.#remove(id, observation, reason);
    else this.#lapsed.delete(key);
    this.#listenNoLonger();
  }

  /** Where a server says how much is to be kept of anything, nothing else is kept (OMA LwM2M Core 1.2 §5.1.2). */
  #capacity({ paths, attributes }: ObservedSource, context: ServerContext): number {
    if (!this.#options.storing()) return this.#held === "asleep" ? 1 : 0;
    const own = paths.flatMap((_, i) => attributes(i).hqmax ?? []);
    if (own.length > 0) return Math.max(...own);
    return context.attributes.has("hqmax") ? 0 : USUAL_CAPACITY;
  }

  #secondsOf(at: number): number {
    const { clock, wallClock } = this.#options;
    const ago = Math.round(clock.now() - at);
    return ((wallClock?.trusted ? Math.round(wallClock.now()) : 0) - ago) / 1000;
  }
}

function pathText({ paths }: ObservedSource): string {
  return paths.map(formatPath).join(" ");
}
