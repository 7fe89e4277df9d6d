import { DecodeError, describeError } from "../util/coded-error.ts";
import type { Timer } from "../util/time.ts";
import { type Block, blockOption, blockToOption } from "./block-option.ts";
import { cacheKey } from "./cache-key.ts";
import type { Observation, RequestHandler } from "./exchange.ts";
import { type CoapMessage, type CoapOption, Code, MessageType, Method } from "./message.ts";
import type { CoapPorts, MessageDriver } from "./message-driver.ts";
import { Observations } from "./observations.ts";
import { OptionNumber, siftOptions, uintOption } from "./options.ts";
import { type CoapParameters, exchangeLifetimeMs } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import { RequestBodyAssembler } from "./request-body-assembler.ts";
import { requestFromOptions } from "./request-codec.ts";
import { type ResponseContent, ResponseSlicer } from "./response-slicer.ts";
import { ServerExchange } from "./server-exchange.ts";
import type { ServerObservation } from "./server-observation.ts";

/** Critical options this layer acts on itself, or hands to every handler as a field of the request. */
const understoodHere = [
  OptionNumber.UriHost,
  OptionNumber.UriPort,
  OptionNumber.UriPath,
  OptionNumber.UriQuery,
  OptionNumber.Accept,
  OptionNumber.Block1,
  OptionNumber.Block2,
  OptionNumber.ProxyUri,
  OptionNumber.ProxyScheme,
];

const methods: ReadonlySet<number> = new Set(Object.values(Method));

/** A request whose options have been read. */
interface ReadRequest {
  readonly message: CoapMessage;
  readonly method: Method;
  readonly options: readonly CoapOption[];
  readonly key: string;
  readonly block1: Block | undefined;
  readonly block2: Block | undefined;
}

interface Answer {
  readonly content: ResponseContent;
  readonly observation?: ServerObservation;
}

/** Serves the requests of the peer: each reaches the handler once, with its body whole. */
export class RequestServer {
  readonly #driver: MessageDriver;
  readonly #ports: CoapPorts;
  readonly #parameters: CoapParameters;
  readonly #handle: RequestHandler;
  readonly #understood: ReadonlySet<number>;
  readonly #bodies: RequestBodyAssembler;
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
    this.#understood = new Set([...understoodHere, ...criticalOptions]);
    this.#bodies = new RequestBodyAssembler(parameters, ports.clock);
    this.#slicer = new ResponseSlicer(parameters, ports.clock);
    this.#observations = new Observations(driver, ports, this.#slicer, parameters.maxObservations);
  }

  get occupancy(): { open: number; bodies: number; snapshots: number; observations: number } {
    return {
      open: this.#open.size,
      bodies: this.#bodies.unfinished,
      snapshots: this.#slicer.snapshots,
      observations: this.#observations.size,
    };
  }

  receive(message: CoapMessage): void {
    void this.#serve(message);
  }

  close(): void {
    for (const exchange of this.#open) exchange.abandon();
    this.#open.clear();
    this.#sweep?.cancel();
    this.#sweep = undefined;
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
      const request = this.#read(message);
      if (request === undefined) return undefined;
      block1 = request.block1;
      const answer = await this.#answerToRequest(request);
      return { ...answer, content: withBlock1(answer.content, block1) };
    } catch (error) {
      return { content: withBlock1(this.#contentFor(error), block1) };
    }
  }

  #read(message: CoapMessage): ReadRequest | undefined {
    const { options, unrecognizedCritical } = siftOptions(message.options, this.#understood);
    if (unrecognizedCritical !== undefined) {
      // A non-confirmable one is dropped instead (RFC 7252 §5.4.1).
      if (message.type === MessageType.NON) return undefined;
      throw new Refusal(Code.BadOption, `option ${unrecognizedCritical}`);
    }
    if (!isMethod(message.code)) throw new Refusal(Code.MethodNotAllowed, "");
    if (options.some(({ number }) => number === OptionNumber.ProxyUri || number === OptionNumber.ProxyScheme)) {
      throw new Refusal(Code.ProxyingNotSupported, "");
    }
    const block1 = readBlock(options, OptionNumber.Block1);
    const block2 = readBlock(options, OptionNumber.Block2);
    return { message, method: message.code, options, key: cacheKey(message.code, options), block1, block2 };
  }

  async #answerToRequest(request: ReadRequest): Promise<Answer> {
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
    const payload = this.#assemble(request);
    if (payload instanceof Uint8Array) return this.#run(request, payload, !later);
    return { content: payload };
  }

  /** The body when it is whole, else the 2.31 that asks for the rest. */
  #assemble({ key, block1, message, options }: ReadRequest): Uint8Array | ResponseContent {
    if (block1 === undefined) return message.payload;
    const assembly = this.#bodies.accept(key, block1, message.payload, uintOption(options, OptionNumber.Size1));
    if (assembly.kind === "complete") return assembly.payload;
    if (assembly.kind === "refused") throw new Refusal(assembly.code, assembly.reason, assembly.maxBytes);
    const continued = blockToOption(OptionNumber.Block1, assembly.block);
    return { code: Code.Continue, options: [continued], payload: new Uint8Array(0) };
  }

  async #run(request: ReadRequest, payload: Uint8Array, mayObserve: boolean): Promise<Answer> {
    if (this.#open.size > this.#parameters.maxConcurrentRequests) {
      throw new Refusal(Code.ServiceUnavailable, "too many requests at once");
    }
    const { key, block2, message } = request;
    const whole = requestFromOptions(request.method, request.options, payload);
    if (whole.observe !== undefined && mayObserve) this.#observations.cancel(message.token);
    let observation: ServerObservation | undefined;
    const observe = (): Observation => {
      observation ??= this.#observations.add(message.token, key, block2);
      return observation;
    };
    const offered = mayObserve && mayBeObserved(whole) && !this.#observations.isFull;
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
    if (this.#sweep || (this.#bodies.unfinished === 0 && this.#slicer.snapshots === 0)) return;
    this.#sweep = this.#ports.timers.schedule(exchangeLifetimeMs(this.#parameters), () => {
      this.#sweep = undefined;
      this.#bodies.dropExpired();
      this.#slicer.dropExpired();
      this.#armSweep();
    });
  }
}

function isMethod(code: number): code is Method {
  return methods.has(code);
}

function mayBeObserved({ method, observe }: { method: Method; observe?: number }): boolean {
  return observe === 0 && (method === Method.GET || method === Method.FETCH);
}

function readBlock(options: readonly CoapOption[], number: number): Block | undefined {
  const block = blockOption(options, number);
  if (block === "reserved") throw new Refusal(Code.BadRequest, "reserved block size");
  return block;
}

/** The final answer, also an error, names the block it answers (RFC 7959 §2.3); a 2.31 has its own. */
function withBlock1(content: ResponseContent, block1: Block | undefined): ResponseContent {
  if (block1 === undefined || content.code === Code.Continue) return content;
  const echoed = blockToOption(OptionNumber.Block1, { ...block1, more: false });
  return { ...content, options: [...content.options, echoed] };
}
