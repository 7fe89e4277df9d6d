import type { CoapRequest, CoapResponse, Observation } from "../../coap/exchange.ts";
import { Code } from "../../coap/message.ts";
import { formatPath, isWithin, type Path } from "../../formats/path.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { MonotonicClock, Timers } from "../../util/time.ts";
import { encodeContent } from "../data-model/content.ts";
import type { DataModel } from "../data-model/data-model.ts";
import type { NotificationAttributes } from "../data-model/notification-attributes.ts";
import { read } from "../data-model/read.ts";
import { errorResponse, requestPath } from "../data-model/request-router.ts";
import type { ServerContext } from "../data-model/server-context.ts";
import type { Sample } from "./notification-rule.ts";
import { ObservedPath, type ObservedPathPorts } from "./observed-path.ts";

export interface ServerObservationsOptions {
  readonly model: DataModel;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** pmin and pmax where nothing is attached: /1/x/2 and /1/x/3. */
  defaults(): NotificationAttributes;
  onEvent(event: ObservationEvent): void;
}

export type ObservationEvent =
  | { readonly type: "observing"; readonly path: string }
  | { readonly type: "notified"; readonly path: string; readonly confirmable: boolean }
  | { readonly type: "observation-ended"; readonly path: string; readonly reason: string };

type ContentPorts = Pick<ObservedPathPorts, "sample" | "encode" | "failure" | "attributes">;

/** All observations of one server. They end with its registration. */
export class ServerObservations {
  readonly #options: ServerObservationsOptions;
  readonly #observed = new Map<string, ObservedPath>();
  #stopListening: (() => void) | undefined;

  constructor(options: ServerObservationsOptions) {
    this.#options = options;
  }

  /** Paths, ascending by the time they were asked for. */
  get paths(): readonly string[] {
    return [...this.#observed.values()].map(({ path }) => formatPath(path));
  }

  /** Answers a GET with Observe=0: a Read that goes on. Never rejects. */
  async observe(request: CoapRequest, context: ServerContext, accept: () => Observation): Promise<CoapResponse> {
    try {
      const path = requestPath(request);
      const first = await read(this.#options.model, path, context);
      const content = encodeContent(path, first, request.accept, context.version);
      this.#add(path, accept(), first, this.#contentPorts(request, path, context, content.contentFormat));
      return { code: Code.Content, ...content };
    } catch (error) {
      return errorResponse(error, request, this.#options.logger);
    }
  }

  /** Attributes or defaults changed: every observation looks at its periods anew. */
  touchAll(): void {
    for (const observed of this.#observed.values()) observed.touch();
  }

  /** Ends all of them without a message: the registration that they belong to is over. */
  endAll(reason: string): void {
    for (const [id, observed] of [...this.#observed]) {
      this.#remove(id, observed, reason);
      observed.end();
    }
  }

  #add(path: Path, observation: Observation, first: Sample, ports: ContentPorts): void {
    const { clock, timers, onEvent } = this.#options;
    const observed: ObservedPath = new ObservedPath(path, observation, first, {
      clock,
      timers,
      ...ports,
      notified: (confirmable) => onEvent({ type: "notified", path: formatPath(path), confirmable }),
      failed: (error) => this.#remove(observation.id, observed, describeError(error)),
    });
    this.#observed.set(observation.id, observed);
    observation.onEnded(() =>
      this.#remove(observation.id, observed, "cancelled by the server, or the endpoint closed"),
    );
    this.#stopListening ??= this.#options.model.onChange((change) => this.#touchAround(change.path));
    onEvent({ type: "observing", path: formatPath(path) });
  }

  #touchAround(changed: Path): void {
    for (const observed of this.#observed.values()) {
      if (isWithin(changed, observed.path) || isWithin(observed.path, changed)) observed.touch();
    }
  }

  #remove(id: string, observed: ObservedPath, reason: string): void {
    if (this.#observed.get(id) !== observed) return;
    this.#observed.delete(id);
    observed.stop();
    if (this.#observed.size === 0) {
      this.#stopListening?.();
      this.#stopListening = undefined;
    }
    this.#options.onEvent({ type: "observation-ended", path: formatPath(observed.path), reason });
  }

  #contentPorts(request: CoapRequest, path: Path, context: ServerContext, contentFormat: number): ContentPorts {
    const { model, logger } = this.#options;
    return {
      sample: () => read(model, path, context),
      encode: (sample) => ({ code: Code.Content, ...encodeContent(path, sample, contentFormat, context.version) }),
      failure: (error) => errorResponse(error, request, logger),
      attributes: () => ({ ...this.#options.defaults(), ...context.attributes.inherited(path) }),
    };
  }
}
