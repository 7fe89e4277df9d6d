import { toHex } from "../util/bytes.ts";
import type { Timer } from "../util/time.ts";
import { CoapError } from "./coap-error.ts";
import { type CoapMessage, Code, MessageType } from "./message.ts";
import type { CoapPorts, MessageDriver } from "./message-driver.ts";
import { OptionNumber, optionValue, siftOptions } from "./options.ts";
import type { CoapParameters } from "./parameters.ts";
import { PendingResponse, type ResponseListener } from "./pending-response.ts";
import type { ResponseContent } from "./response-slicer.ts";
import { TokenCounter } from "./token-counter.ts";

/** Method, options and payload of one request message. */
export type RequestContent = ResponseContent;

export interface ExchangeOptions {
  readonly signal?: AbortSignal;
  readonly confirmable?: boolean;
  /** A new one when absent. */
  readonly token?: Uint8Array;
  /** Gets what comes under the token after a first response that carries Observe. */
  readonly later?: ResponseListener;
}

const understood: ReadonlySet<number> = new Set([OptionNumber.Block1, OptionNumber.Block2]);

/** Sends single request messages and finds their responses by token (RFC 7252 §5.3). */
export class RequestClient {
  readonly #driver: MessageDriver;
  readonly #timers: CoapPorts["timers"];
  readonly #parameters: CoapParameters;
  readonly #tokens: TokenCounter;
  readonly #listeners = new Map<string, ResponseListener>();
  #closed: CoapError | undefined;

  constructor(driver: MessageDriver, ports: CoapPorts, parameters: CoapParameters) {
    this.#driver = driver;
    this.#timers = ports.timers;
    this.#parameters = parameters;
    this.#tokens = new TokenCounter(ports.entropy, parameters.tokenBytes);
  }

  get waiting(): number {
    return this.#listeners.size;
  }

  newToken(): Uint8Array {
    return this.#tokens.next((token) => this.#listeners.has(toHex(token)));
  }

  /** Rejects with CoapError; the message resolved with has no option left that must be treated as unrecognized. */
  async exchange(content: RequestContent, options: ExchangeOptions = {}): Promise<CoapMessage> {
    if (this.#closed) throw this.#closed;
    const { signal, confirmable = true, token = this.newToken(), later } = options;
    const pending = new PendingResponse(this.#armTimeout, later);
    const key = toHex(token);
    this.#listeners.set(key, pending);
    const abort = (): void => pending.failed(abortError(signal));
    signal?.addEventListener("abort", abort);
    try {
      if (signal?.aborted) throw abortError(signal);
      if (confirmable) this.#driver.sendConfirmable({ token, ...content }, pending);
      else this.#driver.sendNonConfirmable({ token, ...content }, pending);
      if (!confirmable) pending.acknowledged();
      return await pending.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#driver.withdraw(pending);
      if (this.#listeners.get(key) === pending) this.#listeners.delete(key);
    }
  }

  /** The next message under this token is rejected, which ends an observation at the peer (RFC 7641 §3.6). */
  forget(token: Uint8Array): void {
    this.#listeners.delete(toHex(token));
  }

  receive(message: CoapMessage): void {
    const confirmable = message.type === MessageType.CON;
    const listener = this.#listeners.get(toHex(message.token));
    const { options, unrecognizedCritical } = siftOptions(message.options, understood);
    const observed = optionValue(options, OptionNumber.Observe) !== undefined;
    if (listener === undefined || unrecognizedCritical !== undefined) {
      // An unwanted notification is rejected even when it is non-confirmable; a late response is not worth a Reset.
      if (confirmable || (message.type === MessageType.NON && observed)) this.#driver.reject(message.messageId);
      listener?.failed(new CoapError("COAP_BAD_RESPONSE", `response with unknown option ${unrecognizedCritical}`));
      return;
    }
    if (confirmable) this.#driver.acknowledge(message.messageId);
    listener.response({ ...message, options });
    if (listener instanceof PendingResponse) this.#handOver(listener, message);
  }

  close(error: CoapError): void {
    this.#closed = error;
    for (const listener of [...this.#listeners.values()]) listener.failed(error);
    this.#listeners.clear();
  }

  /** At once: the next message under the token may already be there. */
  #handOver({ later }: PendingResponse, first: CoapMessage): void {
    const key = toHex(first.token);
    this.#listeners.delete(key);
    if (later === undefined || first.code >= Code.BadRequest) return;
    if (optionValue(first.options, OptionNumber.Observe) === undefined) return;
    this.#listeners.set(key, later);
    later.begin?.(first);
  }

  readonly #armTimeout = (expired: (afterMs: number) => void): Timer => {
    const { responseTimeoutMs } = this.#parameters;
    return this.#timers.schedule(responseTimeoutMs, () => expired(responseTimeoutMs));
  };
}

function abortError(signal: AbortSignal | undefined): CoapError {
  return new CoapError("COAP_ABORTED", "the request was given up by its caller", { cause: signal?.reason });
}
