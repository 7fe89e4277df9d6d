import { download } from "./body-download.ts";
import type { Exchange } from "./body-upload.ts";
import { CoapError } from "./coap-error.ts";
import type { CoapResponse } from "./exchange.ts";
import { type CoapMessage, Code } from "./message.ts";
import type { NotificationOrder } from "./notification-order.ts";
import { OptionNumber, optionValue, uintOption } from "./options.ts";
import type { ResponseListener } from "./pending-response.ts";
import type { RequestContent } from "./request-client.ts";
import { responseFromOptions } from "./response-codec.ts";

/** What an observer is told. */
export interface Observer {
  notification(response: CoapResponse): void;
  /** Once: the peer ended it (by an error with this code, or by any response without Observe), or the session did. */
  ended?(reason: { readonly code: number } | { readonly error: Error }): void;
}

/** The receiving side of an observation of ours (RFC 7641 §3). */
export class ObservedResource implements ResponseListener {
  readonly #request: RequestContent;
  readonly #exchange: Exchange;
  readonly #maxBytes: number;
  readonly #observer: Observer;
  readonly #onEnded: () => void;
  readonly #call: (listener: () => void) => void;
  readonly #makeOrder: (sequence: number) => NotificationOrder;
  #order: NotificationOrder | undefined;
  /** Counts accepted notifications: one that is overtaken while its blocks are fetched is not delivered. */
  #newest = 0;
  #ended = false;

  constructor(
    request: RequestContent,
    exchange: Exchange,
    observer: Observer,
    settings: {
      readonly maxBytes: number;
      readonly makeOrder: (sequence: number) => NotificationOrder;
      readonly onEnded: () => void;
      /** Calls the observer's code; what it throws is logged. */
      readonly call: (listener: () => void) => void;
    },
  ) {
    this.#request = request;
    this.#exchange = exchange;
    this.#observer = observer;
    this.#maxBytes = settings.maxBytes;
    this.#makeOrder = settings.makeOrder;
    this.#onEnded = settings.onEnded;
    this.#call = settings.call;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  begin(first: CoapMessage): void {
    this.#order = this.#makeOrder(uintOption(first.options, OptionNumber.Observe) ?? 0);
  }

  /** Without telling the observer. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnded();
  }

  response(message: CoapMessage): void {
    if (this.#ended) return;
    const sequence = uintOption(message.options, OptionNumber.Observe);
    if (sequence === undefined || message.code >= Code.BadRequest) this.#finish(message);
    else if (this.#order?.accept(sequence)) this.#accept(message);
  }

  failed(error: CoapError): void {
    if (this.#ended) return;
    this.end();
    this.#call(() => this.#observer.ended?.({ error }));
  }

  #accept(message: CoapMessage): void {
    const mine = ++this.#newest;
    if (optionValue(message.options, OptionNumber.Block2) === undefined) this.#tell(message);
    else void this.#fetch(message, mine);
  }

  async #fetch(message: CoapMessage, mine: number): Promise<void> {
    try {
      const whole = await download(this.#request, message, this.#exchange, this.#maxBytes);
      // An error to a later block means that the peer no longer has that body: a newer one follows.
      if (this.#ended || mine !== this.#newest || whole.code >= Code.BadRequest) return;
      this.#tell(whole);
    } catch (cause) {
      if (mine !== this.#newest || (cause instanceof CoapError && cause.code === "COAP_BODY_CHANGED")) return;
      this.#unreadable(cause);
    }
  }

  #tell(message: CoapMessage): void {
    let response: CoapResponse;
    try {
      response = responseFromOptions(message.code, message.options, message.payload);
    } catch (cause) {
      this.#unreadable(cause);
      return;
    }
    this.#call(() => this.#observer.notification(response));
  }

  #unreadable(cause: unknown): void {
    this.failed(new CoapError("COAP_BAD_RESPONSE", "a notification could not be read", { cause }));
  }

  #finish(message: CoapMessage): void {
    this.end();
    this.#call(() => this.#observer.ended?.({ code: message.code }));
  }
}
