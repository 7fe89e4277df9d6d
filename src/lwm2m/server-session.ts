import type { CoapRequest, CoapResponse, Observation, RequestHandler } from "../coap/exchange.ts";
import { Code, codeText, Method } from "../coap/message.ts";
import { ContentFormat } from "../formats/content-format.ts";
import type { Logger } from "../util/log.ts";
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
}

/** A server that asks before we are registered is made to wait, but not many times over. */
const MAX_WAITING = 16;

/** Answers one server's requests over one association, for as long as a registration lasts. */
export class ServerSession {
  readonly #options: ServerSessionOptions;
  #context: ServerContext | undefined;
  #over = false;
  #waiting: (() => void)[] = [];

  constructor(options: ServerSessionOptions) {
    this.#options = options;
  }

  /** For the association. Never rejects. */
  readonly handle: RequestHandler = Object.assign(
    async (request: CoapRequest, observe: (() => Observation) | undefined): Promise<CoapResponse> => {
      const context = this.#context ?? (await this.#opened());
      const response = context ? await this.#answer(request, observe, context) : unavailable;
      const path = `/${request.path.join("/")}`;
      this.#options.logger.debug("request", { method: request.method, path, code: codeText(response.code) });
      return response;
    },
    {
      openBody: (request: CoapRequest, announced: number | undefined) => {
        const { model, logger } = this.#options;
        return this.#context && openStreamedWrite(request, announced, model, this.#context, logger);
      },
    },
  );

  /** Registered: what waited is answered. */
  open(version: LwM2mVersion): void {
    const { shortServerId, access, attributes } = this.#options;
    this.#context = { shortServerId, version, access, attributes };
    this.#options.observations.registered();
    this.#release();
  }

  /** The registration is over, and with it its observations. Requests wait for the next `open`. */
  suspend(reason: string): void {
    this.#context = undefined;
    this.#options.observations.endAll(reason);
  }

  /** No more: what waits is answered 5.03. */
  close(reason: string): void {
    this.#over = true;
    this.suspend(reason);
    this.#release();
  }

  async #opened(): Promise<ServerContext | undefined> {
    // OMA LwM2M Core 1.2 §6.3: a request that overtakes the answer to Register is none of ours yet.
    if (this.#over || this.#waiting.length >= MAX_WAITING) return undefined;
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
