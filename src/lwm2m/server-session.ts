import type { Association } from "../association/association.ts";
import type { CoapRequest, CoapResponse, Observation, RequestHandler } from "../coap/exchange.ts";
import { Code, codeText, Method } from "../coap/message.ts";
import { ContentFormat } from "../formats/content-format.ts";
import type { Logger } from "../util/log.ts";
import type { AccountState } from "./account-state.ts";
import type { AccessControl } from "./data-model/access-control.ts";
import type { AttributeStore } from "./data-model/attribute-store.ts";
import type { DataModel } from "./data-model/data-model.ts";
import { routeRequest } from "./data-model/request-router.ts";
import type { ServerContext } from "./data-model/server-context.ts";
import { openStreamedWrite } from "./data-model/streamed-write.ts";
import type { LwM2mVersion } from "./model/lwm2m-version.ts";
import type { ServerObservations } from "./observation/server-observations.ts";

export interface ServerSessionOptions {
  readonly shortServerId: number;
  readonly model: DataModel;
  readonly access: AccessControl;
  readonly attributes: AttributeStore;
  readonly observations: ServerObservations;
  readonly logger: Logger;
  /** Heard of every request. */
  onRequest?(): void;
  /** Resolves when what a request changed is safe; the answer waits for it. */
  saved?(): Promise<void>;
}

/** A server that asks before we are registered is made to wait, but not many times over. */
const MAX_WAITING = 16;

/** Answers one server's requests, over one association after another. */
export class ServerSession {
  readonly #options: ServerSessionOptions;
  /** Of the registration, while it can be used. */
  #context: ServerContext | undefined;
  /** Of the registration, while there is no association. */
  #kept: ServerContext | undefined;
  #expecting = false;
  #waiting: (() => void)[] = [];

  constructor(options: ServerSessionOptions) {
    this.#options = options;
  }

  /** For the association. Never rejects. */
  readonly handle: RequestHandler = Object.assign(
    async (request: CoapRequest, observe: (() => Observation) | undefined): Promise<CoapResponse> => {
      this.#options.onRequest?.();
      const context = this.#context ?? (await this.#opened());
      const response = context ? await this.#answer(request, observe, context) : unavailable;
      await this.#options.saved?.();
      const path = `/${request.path.join("/")}`;
      this.#options.logger.debug("request", { method: request.method, path, code: codeText(response.code) });
      return response;
    },
    {
      openBody: (request: CoapRequest, announced: number | undefined) => {
        const { model, logger, onRequest } = this.#options;
        return this.#context && openStreamedWrite(request, announced, model, this.#context, logger, onRequest);
      },
    },
  );

  /** An association is being made: requests that come before the registration wait for it. */
  expect(): void {
    this.#expecting = true;
  }

  /** Registered: what waited is answered. */
  open(version: LwM2mVersion): void {
    const { shortServerId, access, attributes, observations } = this.#options;
    this.#context = { shortServerId, version, access, attributes };
    observations.registered();
    this.hold(undefined);
    this.#release();
  }

  /** The association is gone, the registration is not: its observations wait. What waits for an answer gets 5.03. */
  pause(): void {
    this.#kept = this.#context ?? this.#kept;
    this.#context = undefined;
    this.#expecting = false;
    this.hold("away");
    this.#release();
  }

  /** The registration goes on over another association in the same security context. */
  resume(association: Association): void {
    this.#context = this.#kept;
    this.#options.observations.resume((origin) => association.adoptObservation(origin));
    this.#release();
  }

  /** "asleep": something to notify is worth waking up for; "away": it is kept as /1/x/6 says. */
  hold(reason: "asleep" | "away" | undefined): void {
    this.#options.observations.hold(reason);
  }

  /** The registration is over, and with it its observations. Requests wait for the next `open`. */
  suspend(reason: string): void {
    this.#context = undefined;
    this.#kept = undefined;
    this.#options.observations.endAll(reason);
  }

  /** What an earlier run left: it goes on with `resume`, or is over with `suspend`. */
  async restore({ registration, observations: kept }: AccountState): Promise<void> {
    if (!registration) return;
    const { shortServerId, access, attributes, observations } = this.#options;
    this.#kept = { shortServerId, version: registration.version, access, attributes };
    this.hold("away");
    await observations.restore(kept, this.#kept);
  }

  /** No more: what waits is answered 5.03. */
  close(reason: string): void {
    this.#expecting = false;
    this.suspend(reason);
    this.#release();
  }

  async #opened(): Promise<ServerContext | undefined> {
    // OMA LwM2M Core 1.2 §6.3: a request that overtakes the answer to Register is none of ours yet.
    if (!this.#expecting || this.#waiting.length >= MAX_WAITING) return undefined;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#context;
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #answer(
    request: CoapRequest,
    observe: (() => Observation) | undefined,
    context: ServerContext,
  ): Promise<CoapResponse> {
    const { model, observations, logger } = this.#options;
    const isRead = request.method === Method.GET && request.accept !== ContentFormat.linkFormat;
    const observable = isRead || request.method === Method.FETCH;
    if (observe && request.observe === 0 && observable) return observations.observe(request, context, observe);
    return routeRequest(request, model, context, logger);
  }
}

const unavailable: CoapResponse = { code: Code.ServiceUnavailable };
