import { type Block, blockOption, blockToOption } from "./block-option.ts";
import { download } from "./body-download.ts";
import { type Exchange, upload } from "./body-upload.ts";
import { callGuarded } from "./call-guarded.ts";
import { CoapError } from "./coap-error.ts";
import { ConcurrentUploads } from "./concurrent-uploads.ts";
import { echoAskedFor, withEcho } from "./echo.ts";
import type { CoapRequest, CoapResponse, Observation, ObservationOrigin, RequestHandler } from "./exchange.ts";
import { type CoapMessage, Code, Method } from "./message.ts";
import { type CoapPorts, MessageDriver } from "./message-driver.ts";
import { NotificationOrder } from "./notification-order.ts";
import { ObservedResource, type Observer } from "./observed-resource.ts";
import { OptionNumber, optionValue, uintOption } from "./options.ts";
import { type CoapParameters, defaultParameters } from "./parameters.ts";
import { RequestClient, type RequestContent } from "./request-client.ts";
import { requestToOptions } from "./request-codec.ts";
import { RequestServer } from "./request-server.ts";
import { responseFromOptions } from "./response-codec.ts";

export interface CoapEndpointOptions extends CoapPorts {
  readonly handle: RequestHandler;
  readonly parameters?: Partial<CoapParameters>;
  /** Critical options beyond those of the endpoint itself that `handle` acts on, such as If-Match: others get 4.02. */
  readonly criticalOptions?: readonly number[];
}

export interface SendOptions {
  readonly signal?: AbortSignal;
  /** True by default. */
  readonly confirmable?: boolean;
}

/** An observation that the peer accepted, or (`observing` false) only answered. */
export interface ObserveResult {
  readonly response: CoapResponse;
  readonly observing: boolean;
  /** Asks the peer to end it and gives its answer (RFC 7641 §3.6). */
  cancel(): Promise<CoapResponse>;
  /** Ends it on this side; the peer learns by a Reset to its next notification. */
  forget(): void;
}

/** One block of a response body. */
export interface BlockResponse {
  /** Its payload is the block's. */
  readonly response: CoapResponse;
  /** Absent when the peer sent no Block2: the payload is the whole body. */
  readonly block?: Block;
  /** Size2: bytes of the whole body, where the peer says so. */
  readonly totalBytes?: number;
}

/** CoAP with one peer over one datagram transport, in both roles (RFC 7252, 7641, 7959). */
export class CoapEndpoint {
  readonly #parameters: CoapParameters;
  readonly #ports: CoapPorts;
  readonly #driver: MessageDriver;
  readonly #client: RequestClient;
  readonly #server: RequestServer;
  readonly #uploads = new ConcurrentUploads();
  #pinging: Promise<void> | undefined;
  #closed = false;

  constructor({ handle, parameters, criticalOptions = [], ...ports }: CoapEndpointOptions) {
    this.#parameters = { ...defaultParameters, ...parameters };
    this.#ports = ports;
    this.#driver = new MessageDriver(ports, this.#parameters, {
      request: (message) => this.#server.receive(message),
      response: (message) => this.#client.receive(message),
    });
    this.#client = new RequestClient(this.#driver, ports, this.#parameters);
    this.#server = new RequestServer(this.#driver, ports, this.#parameters, handle, criticalOptions);
    ports.transport.onClosed((error) => this.close(error));
  }

  /** What is held in memory, for tests and metrics. */
  get occupancy(): MessageDriver["occupancy"] & RequestServer["occupancy"] & { waitingResponses: number } {
    return { ...this.#driver.occupancy, ...this.#server.occupancy, waitingResponses: this.#client.waiting };
  }

  /**
   * Sends a request and gives the response, both bodies whole. Rejects with CoapError: COAP_TIMEOUT, COAP_RESET,
   * COAP_CLOSED, COAP_ABORTED, COAP_QUEUE_FULL, COAP_BAD_RESPONSE, COAP_RESPONSE_TOO_LARGE, COAP_BODY_CHANGED,
   * COAP_INVALID_MESSAGE. An error response is a response.
   */
  async send(request: CoapRequest, options: SendOptions = {}): Promise<CoapResponse> {
    const content = this.#contentOf(request);
    const exchange: Exchange = (part) => this.#client.exchange(part, options);
    const response = await this.#transfer(content, exchange);
    const echo = echoAskedFor(response);
    if (!echo) return read(response);
    // RFC 9175 §2.3: once more, with the proof of freshness the peer asked for.
    return read(await this.#transfer({ ...content, options: withEcho(content.options, echo) }, exchange));
  }

  /**
   * Registers as an observer of `request` (GET or FETCH; a body of one block at most) and gives the first response.
   * Notifications come to `observer` whole, and never older than one already given. Rejects as `send` does.
   */
  async observe(request: CoapRequest, observer: Observer, options: SendOptions = {}): Promise<ObserveResult> {
    const result = await this.#observe(request, observer, options);
    const echo = echoAskedFor({ options: [], ...result.response });
    if (!echo) return result;
    return this.#observe({ ...request, options: withEcho(request.options, echo) }, observer, options);
  }

  async #observe(request: CoapRequest, observer: Observer, options: SendOptions): Promise<ObserveResult> {
    const content = this.#contentOf({ ...request, observe: 0 });
    if (content.payload.length > this.#parameters.blockSize) {
      throw new CoapError("COAP_INVALID_MESSAGE", "a request to observe must fit one block");
    }
    const token = this.#client.newToken();
    const exchange: Exchange = (part) => this.#client.exchange(part, options);
    const resource = this.#observedResource(content, token, observer);
    const first = await this.#client.exchange(content, { ...options, token, later: resource });
    const whole = await download(content, first, exchange, this.#parameters.maxBodyBytes);
    return {
      response: read(whole),
      observing: !resource.isEnded && optionValue(first.options, OptionNumber.Observe) !== undefined,
      cancel: () => this.#cancel(request, resource, token),
      forget: () => resource.end(),
    };
  }

  /**
   * Goes on with an observation that the peer registered at an earlier endpoint, where the security context is the same:
   * after a resumed DTLS session. Undefined: the peer has registered anew under the token, or there are too many.
   */
  adoptObservation(origin: ObservationOrigin): Observation | undefined {
    return this.#closed ? undefined : this.#server.adoptObservation(origin);
  }

  /**
   * Sends a request (GET or FETCH) for one block of its response and no more, for bodies that are kept elsewhere than
   * in memory or begun before. The peer may answer with a smaller block at the same byte. Rejects as `send` does.
   */
  async fetchBlock(request: CoapRequest, block: Block, options: SendOptions = {}): Promise<BlockResponse> {
    const wanted = [...requestToOptions(request), blockToOption(OptionNumber.Block2, block)];
    const content = { code: request.method, options: wanted, payload: request.payload };
    const message = await this.#client.exchange(content, options);
    const came = blockOption(message.options, OptionNumber.Block2);
    if (came === "reserved") throw new CoapError("COAP_BAD_RESPONSE", "Block2 with a reserved size");
    const totalBytes = uintOption(message.options, OptionNumber.Size2);
    return { response: read(message), ...(came && { block: came }), ...(totalBytes !== undefined && { totalBytes }) };
  }

  /** Resolves when the peer answered a CoAP ping (RFC 7252 §4.3). Rejects with CoapError. */
  ping(): Promise<void> {
    this.#pinging ??= this.#ping().finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  /** Every pending `send` rejects with COAP_CLOSED and `error` as its cause; observations end; no timer stays. */
  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#driver.close();
    this.#server.close();
    this.#client.close(new CoapError("COAP_CLOSED", "the session with the peer ended", { cause: error }));
  }

  #contentOf(request: CoapRequest): RequestContent {
    const { blockSize } = this.#parameters;
    const options = requestToOptions(request);
    const safe = request.method === Method.GET || request.method === Method.FETCH;
    // A peer that is not asked may use blocks of 1024 (RFC 7959 §2.4).
    if (safe && blockSize < 1024) {
      options.push(blockToOption(OptionNumber.Block2, { number: 0, more: false, size: blockSize }));
    }
    return { code: request.method, options, payload: request.payload };
  }

  async #transfer(content: RequestContent, exchange: Exchange): Promise<CoapMessage> {
    const { blockSize, maxBodyBytes } = this.#parameters;
    if (content.payload.length <= blockSize) {
      return download(content, await upload(content, blockSize, exchange), exchange, maxBodyBytes);
    }
    return this.#uploads.run(content, async (tagged) =>
      download(tagged, await upload(tagged, blockSize, exchange), exchange, maxBodyBytes),
    );
  }

  #observedResource(content: RequestContent, token: Uint8Array, observer: Observer): ObservedResource {
    return new ObservedResource(content, (part) => this.#client.exchange(part), observer, {
      maxBytes: this.#parameters.maxBodyBytes,
      makeOrder: (sequence) => new NotificationOrder(this.#ports.clock, sequence),
      onEnded: () => this.#client.forget(token),
      call: (listener) => callGuarded(listener, this.#ports.logger),
    });
  }

  async #cancel(request: CoapRequest, resource: ObservedResource, token: Uint8Array): Promise<CoapResponse> {
    resource.end();
    const content = this.#contentOf({ ...request, observe: 1 });
    const exchange: Exchange = (part) => this.#client.exchange(part);
    const first = await this.#client.exchange(content, { token });
    return read(await download(content, first, exchange, this.#parameters.maxBodyBytes));
  }

  async #ping(): Promise<void> {
    const empty = new Uint8Array(0);
    try {
      await this.#client.exchange({ code: Code.Empty, options: [], payload: empty }, { token: empty });
    } catch (error) {
      // The Reset is the answer.
      if (!(error instanceof CoapError && error.code === "COAP_RESET")) throw error;
    }
  }
}

function read(message: CoapMessage): CoapResponse {
  try {
    return responseFromOptions(message.code, message.options, message.payload);
  } catch (cause) {
    throw new CoapError("COAP_BAD_RESPONSE", "the response could not be read", { cause });
  }
}
