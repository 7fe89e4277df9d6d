import type { Timer } from "../util/time.ts";
import { CoapError } from "./coap-error.ts";
import type { CoapMessage } from "./message.ts";
import type { Delivery } from "./transmission.ts";

/** Whoever waits for responses under a token. */
export interface ResponseListener {
  /** Takes over from a request that was answered with an observation. */
  begin?(first: CoapMessage): void;
  response(message: CoapMessage): void;
  failed(error: CoapError): void;
}

/** One request of ours on its way, until its response, a failure, or time-out. */
export class PendingResponse implements Delivery {
  readonly promise: Promise<CoapMessage>;
  readonly #armTimeout: (expired: (afterMs: number) => void) => Timer;
  #resolve: (message: CoapMessage) => void = () => {};
  #reject: (error: CoapError) => void = () => {};
  #timer: Timer | undefined;
  #settled = false;

  /** `later` takes over the token when the response begins an observation. */
  constructor(
    armTimeout: (expired: (afterMs: number) => void) => Timer,
    readonly later: ResponseListener | undefined,
  ) {
    this.#armTimeout = armTimeout;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The caller may not have come to wait for it yet when it fails.
    this.promise.catch(() => {});
  }

  response(message: CoapMessage): void {
    this.#settle();
    this.#resolve(message);
  }

  failed(error: CoapError): void {
    this.#settle();
    this.#reject(error);
  }

  /** Retransmission has stopped: from here the response has its own time limit. */
  acknowledged(): void {
    if (this.#settled || this.#timer) return;
    this.#timer = this.#armTimeout((afterMs) =>
      this.failed(new CoapError("COAP_TIMEOUT", `no response within ${afterMs} ms of the acknowledgement`)),
    );
  }

  reset(): void {
    this.failed(new CoapError("COAP_RESET", "the peer rejected the message with a Reset"));
  }

  timedOut(): void {
    this.failed(new CoapError("COAP_TIMEOUT", "the peer acknowledged none of the transmissions"));
  }

  #settle(): void {
    this.#settled = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
