import type { Association } from "../association/association.ts";
import type { CoapRequest, CoapResponse } from "../coap/exchange.ts";
import { Code, Method } from "../coap/message.ts";
import { ContentFormat } from "../formats/content-format.ts";
import type { Timers } from "../util/time.ts";
import { type BootstrapStep, stepRequest } from "./bootstrap-step.ts";

/** Who asks for bootstrap, and how. */
export interface BootstrapAsk {
  readonly endpoint: string;
  /** The Content-Format that the device would like. */
  readonly preferredFormat?: number;
}

/** What the server does with one device. A number is the code byte of a refusal. */
export interface BootstrapPlan {
  /** Answer to Bootstrap-Request: 2.04 and these steps, or a refusal. */
  readonly session?: readonly BootstrapStep[] | number;
  /** Answer to Bootstrap-Pack-Request: SenML CBOR, or a refusal; 5.01 when absent. */
  readonly pack?: Uint8Array | number;
}

export interface BootstrapListener {
  /** A step was answered, or failed on the way. */
  stepped?(endpoint: string, step: BootstrapStep, outcome: CoapResponse | Error): void;
}

type Client = Pick<Association, "send">;

/**
 * The bootstrap interface of a server (OMA LwM2M Transport 1.2 §6.4.2): answers Bootstrap-Request and -Pack-Request, then
 * goes through its script; a step that is refused does not stop it, so that scripts can be wrong on purpose.
 */
export class BootstrapInterface {
  readonly #plan: (ask: BootstrapAsk) => BootstrapPlan | undefined;
  readonly #timers: Timers;
  readonly #listener: BootstrapListener;

  /** `plan`: undefined for an endpoint that is not known. */
  constructor(
    plan: (ask: BootstrapAsk) => BootstrapPlan | undefined,
    timers: Timers,
    listener: BootstrapListener = {},
  ) {
    this.#plan = plan;
    this.#timers = timers;
    this.#listener = listener;
  }

  handle(request: CoapRequest, client: Client): CoapResponse {
    // The server's URI may have a path of its own before it.
    const root = request.path.at(-1);
    if (root !== "bs" && root !== "bspack") return { code: Code.NotFound };
    const ask = readAsk(request.query);
    const plan = ask && this.#plan(ask);
    if (!ask || !plan) return { code: Code.BadRequest };
    if (root === "bspack") {
      return request.method === Method.GET ? packAnswer(plan.pack) : { code: Code.MethodNotAllowed };
    }
    if (request.method !== Method.POST) return { code: Code.MethodNotAllowed };
    const { session = Code.NotFound } = plan;
    if (typeof session === "number") return { code: session };
    // The answer goes first.
    this.#timers.schedule(0, () => void this.#run(ask.endpoint, session, client));
    return { code: Code.Changed };
  }

  async #run(endpoint: string, steps: readonly BootstrapStep[], client: Client): Promise<void> {
    for (const step of steps) {
      if (step.type === "wait") await this.#pause(step.milliseconds);
      const request = stepRequest(step);
      if (!request) continue;
      const outcome = await client.send(request).catch((error: unknown) => asError(error));
      this.#listener.stepped?.(endpoint, step, outcome);
      if (outcome instanceof Error) return;
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#timers.schedule(milliseconds, resolve));
  }
}

function packAnswer(pack: Uint8Array | number = Code.NotImplemented): CoapResponse {
  if (typeof pack === "number") return { code: pack };
  return { code: Code.Content, contentFormat: ContentFormat.senmlCbor, payload: pack };
}

function readAsk(query: readonly string[]): BootstrapAsk | undefined {
  const endpoint = parameter(query, "ep");
  const format = parameter(query, "pct");
  if (!endpoint) return undefined;
  return format !== undefined && /^\d{1,5}$/.test(format)
    ? { endpoint, preferredFormat: Number(format) }
    : { endpoint };
}

function parameter(query: readonly string[], name: string): string | undefined {
  return query.find((item) => item.startsWith(`${name}=`))?.slice(name.length + 1);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
