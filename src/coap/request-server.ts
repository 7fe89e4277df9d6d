import { DecodeError, describeError } from "../util/coded-error.ts";
import type { Timer } from "../util/time.ts";
import { type Block, blockToOption } from "./block-option.ts";
import type { Observation, ObservationOrigin, RequestHandler } from "./exchange.ts";
import { type IncomingRequest, readRequest, understoodInRequests } from "./incoming-request.ts";
import { type CoapMessage, Code, Method } from "./message.ts";
import type { CoapPorts, MessageDriver } from "./message-driver.ts";
import { Observations } from "./observations.ts";
import { OptionNumber, uintOption } from "./options.ts";
import { type CoapParameters, exchangeLifetimeMs } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import { RequestBodyAssembler } from "./request-body-assembler.ts";
import { requestFromOptions } from "./request-codec.ts";
import { type ResponseContent, ResponseSlicer } from "./response-slicer.ts";
import { ServerExchange } from "./server-exchange.ts";
import type { ServerObservation } from "./server-observation.ts";
import { StreamedBodies } from "./streamed-bodies.ts";

type OpenBody = NonNullable<RequestHandler["openBody"]>;

interface Answer {
  readonly content: ResponseContent;
  readonly observation?: ServerObservation;
}

/** Serves the requests of the peer: each reaches the handler once, with its body whole, or streams into a sink. */
export class RequestServer {
  readonly #driver: MessageDriver;
  readonly #ports: CoapPorts;
  readonly #parameters: CoapParameters;
  readonly #handle: RequestHandler;
  readonly #understood: ReadonlySet<number>;
  readonly #bodies: RequestBodyAssembler;
  readonly #streams: StreamedBodies;
  readonly #slicer: ResponseSlicer;
  readonly #observations: Observations;
  readonly #open = new Set<ServerExchange>();
  #sweep: Timer | undefined;

  constructor(
    driver: MessageDriver,
    ports: CoapPorts,
    parameters: CoapParameters,
    handle: RequestHandler,
    criticalOptions: readonly number[],
  ) {
    this.#driver = driver;
    this.#ports = ports;
    this.#parameters = parameters;
    this.#handle = handle;
    this.#understood = new Set([...understoodInRequests, ...criticalOptions]);
    this.#bodies = new RequestBodyAssembler(parameters, ports.clock);
    this.#streams = new StreamedBodies(parameters, ports.clock);
    this.#slicer = new ResponseSlicer(parameters, ports.clock);
    this.#observations = new Observations(driver, ports, this.#slicer, parameters.maxObservations);
  }

  get occupancy(): { open: number; bodies: number; snapshots: number; observations: number } {
    return {
      open: this.#open.size,
      bodies: this.#bodies.unfinished + this.#streams.size,
      snapshots: this.#slicer.snapshots,
      observations: this.#observations.size,
    };
  }

  receive(message: CoapMessage): void {
    void this.#serve(message);
  }

  /** Undefined: the peer uses its token anew, or there are too many. */
  adoptObservation(origin: ObservationOrigin): Observation | undefined {
    return this.#observations.adopt(origin);
  }

  close(): void {
    for (const exchange of this.#open) exchange.abandon();
    this.#open.clear();
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#streams.close();
    this.#observations.close();
  }

  /** Never rejects. */
  async #serve(message: CoapMessage): Promise<void> {
    const { emptyAckDelayMs } = this.#parameters;
    const exchange = new ServerExchange(message, this.#driver, this.#ports.timers, emptyAckDelayMs);
    this.#open.add(exchange);
    try {
      const answer = await this.#answerTo(message);
      if (!this.#open.has(exchange)) return;
      if (answer === undefined) exchange.abandon();
      else this.#send(exchange, answer);
    } catch (error) {
      this.#ports.logger.error("CoAP answer not sent", { reason: describeError(error) });
    } finally {
      this.#open.delete(exchange);
      this.#armSweep();
    }
  }

  #send(exchange: ServerExchange, { content, observation }: Answer): void {
    try {
      const confirmable = exchange.answer(content, observation);
      observation?.established(confirmable);
    } catch (error) {
      observation?.finish();
      exchange.answer(this.#contentFor(error));
    }
  }

  /** Undefined: no answer. */
  async #answerTo(message: CoapMessage): Promise<Answer | undefined> {
    let block1: Block | undefined;
    try {
      const request = readRequest(message, this.#understood);
      if (request === undefined) return undefined;
      block1 = request.block1;
      const answer = await this.#answerToRequest(request);
      return { ...answer, content: withBlock1(answer.content, block1) };
    } catch (error) {
      return { content: withBlock1(this.#contentFor(error), block1) };
    }
  }

  async #answerToRequest(request: IncomingRequest): Promise<Answer> {
    const { key, block2, message } = request;
    const later = block2 !== undefined && block2.number > 0;
    if (later && request.block1 === undefined) {
      const content = this.#slicer.continue(key, block2);
      if (content) return { content };
      // Without a snapshot only a request that is safe and complete in itself can be run once more.
      if (request.method !== Method.GET && !(request.method === Method.FETCH && message.payload.length > 0)) {
        throw new Refusal(Code.RequestEntityIncomplete, "the response is no longer kept");
      }
    }
    const { openBody } = this.#handle;
    const streamed = request.block1 && openBody && (await this.#stream(request, request.block1, openBody));
    if (streamed) return { content: streamed };
    const payload = this.#assemble(request);
    if (payload instanceof Uint8Array) return this.#run(request, payload, !later);
    return { content: payload };
  }

  /** Undefined for a body that is not streamed. */
  async #stream({ key, method, block2, message, options }: IncomingRequest, block1: Block, openBody: OpenBody) {
    const answer = await this.#streams.accept(key, block1, message.payload, () =>
      openBody(requestFromOptions(method, options, new Uint8Array(0)), uintOption(options, OptionNumber.Size1)),
    );
    if (answer === undefined) return undefined;
    return "last" in answer ? this.#slicer.cut(key, answer.last, block2) : askForMore(answer.next);
  }

  /** The body when it is whole, else the 2.31 that asks for the rest. */
  #assemble({ key, block1, message, options }: IncomingRequest): Uint8Array | ResponseContent {
    if (block1 === undefined) return message.payload;
    const assembly = this.#bodies.accept(key, block1, message.payload, uintOption(options, OptionNumber.Size1));
    if (assembly.kind === "complete") return assembly.payload;
    if (assembly.kind === "refused") throw new Refusal(assembly.code, assembly.reason, assembly.maxBytes);
    return askForMore(assembly.block);
  }

  async #run(request: IncomingRequest, payload: Uint8Array, mayObserve: boolean): Promise<Answer> {
    if (this.#open.size > this.#parameters.maxConcurrentRequests) {
      throw new Refusal(Code.ServiceUnavailable, "too many requests at once");
    }
    const { key, block2, message } = request;
    const whole = requestFromOptions(request.method, request.options, payload);
    const observable = mayObserve && (request.method === Method.GET || request.method === Method.FETCH);
    // Cancelled, or replaced by the one that the handler may accept now (RFC 7641 §4.1).
    if (observable && whole.observe !== undefined) this.#observations.cancel(message.token);
    let observation: ServerObservation | undefined;
    const observe = (): Observation => {
      observation ??= this.#observations.add(message.token, key, block2);
      return observation;
    };
    const offered = observable && whole.observe === 0 && !this.#observations.isFull;
    try {
      const content = this.#slicer.cut(key, await this.#handle(whole, offered ? observe : undefined), block2);
      if (observation === undefined || observation.isEnded) return { content };
      if (content.code < 0x80) return { content: this.#observations.withSequence(content), observation };
      observation.finish();
      return { content };
    } catch (error) {
      observation?.finish();
      throw error;
    }
  }

  #contentFor(error: unknown): ResponseContent {
    if (error instanceof Refusal) return error.content;
    if (error instanceof DecodeError) return new Refusal(Code.BadRequest, error.message).content;
    this.#ports.logger.error("CoAP request handler failed", { reason: describeError(error) });
    return new Refusal(Code.InternalServerError, "").content;
  }

  /** Bodies nobody completes and snapshots nobody asks for go even when the peer falls silent. */
  #armSweep(): void {
    const { bodies, snapshots } = this.occupancy;
    if (this.#sweep || bodies + snapshots === 0) return;
    this.#sweep = this.#ports.timers.schedule(exchangeLifetimeMs(this.#parameters), () => {
      this.#sweep = undefined;
      this.#bodies.dropExpired();
      this.#streams.dropExpired();
      this.#slicer.dropExpired();
      this.#armSweep();
    });
  }
}

function askForMore(block: Block): ResponseContent {
  return { code: Code.Continue, options: [blockToOption(OptionNumber.Block1, block)], payload: new Uint8Array(0) };
}

/** The final answer, also an error, names the block it answers (RFC 7959 §2.3); a 2.31 has its own. */
function withBlock1(content: ResponseContent, block1: Block | undefined): ResponseContent {
  if (block1 === undefined || content.code === Code.Continue) return content;
  const echoed = blockToOption(OptionNumber.Block1, { ...block1, more: false });
  return { ...content, options: [...content.options, echoed] };
}
