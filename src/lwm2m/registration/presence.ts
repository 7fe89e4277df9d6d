import { CoapError } from "../../coap/coap-error.ts";
import type { CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { KeptRegistration } from "./kept-registration.ts";
import type { RegisteredChannel, Registration, SendRequest } from "./registration.ts";
import type { RegistrationCycleOptions } from "./registration-cycle-options.ts";
import type { ServerLink } from "./server-link.ts";

/** A registration lost sooner than this counts as a failed attempt: a flapping server is not hammered. */
const SETTLED_MS = 60_000;

export type PresenceOptions = Pick<
  RegistrationCycleOptions,
  "clock" | "logger" | "queueMode" | "restored" | "retry" | "session" | "signal" | "wakeUps"
>;

/** What there is of the server now: an association, a registration that may outlive it, a way to send. */
export class Presence {
  readonly #options: PresenceOptions;
  #link: ServerLink | undefined;
  #kept: KeptRegistration | undefined;
  #channel: RegisteredChannel | undefined;
  /** When the present stretch of being registered began, MonotonicClock milliseconds. */
  #since = 0;
  #interrupt = new AbortController();

  constructor(options: PresenceOptions) {
    this.#options = options;
    // How old it is nobody knows; a server that has forgotten it says so.
    if (options.restored) this.#kept = new KeptRegistration(options.restored, options.clock);
  }

  get link(): ServerLink | undefined {
    return this.#link;
  }

  get kept(): KeptRegistration | undefined {
    return this.#kept;
  }

  /** Undefined while the server cannot be sent to. */
  get channel(): RegisteredChannel | undefined {
    return this.#channel;
  }

  /** For the next association: aborted when what is under way is given up. */
  newSignal(): AbortSignal {
    const { signal, wakeUps } = this.#options;
    this.#interrupt = new AbortController();
    if (signal.aborted || wakeUps.has("offline")) this.#interrupt.abort();
    return this.#interrupt.signal;
  }

  /** Gives up what is under way. */
  interrupt(): void {
    this.#interrupt.abort();
  }

  attach(link: ServerLink): void {
    this.#link = link;
    this.#since = this.#options.clock.now();
  }

  registered(registration: Registration): void {
    const { clock } = this.#options;
    this.#kept = new KeptRegistration(registration, clock);
    this.#since = clock.now();
    this.open();
  }

  /** The server is there and knows us. */
  open(): void {
    const [link, kept] = [this.#link, this.#kept];
    if (!link || !kept) return;
    this.#options.queueMode.active();
    this.#channel = { version: kept.registration.version, send: (request) => this.#sendWatched(link, request) };
  }

  /** The server is not to be sent to now. */
  shut(): void {
    this.#channel = undefined;
  }

  /** The registration is over, and what the server observed with it. */
  forget(reason: string): void {
    this.#kept = undefined;
    this.shut();
    this.#options.session.suspend(reason);
  }

  /** Closes the association; the registration stays. */
  async drop(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    this.shut();
    await link?.close(this.#options.logger);
  }

  /** Whether this stretch of being registered has lasted; then failures before it are forgotten. */
  settle(): boolean {
    const { clock, retry } = this.#options;
    const hasLasted = clock.now() - this.#since >= SETTLED_MS;
    if (hasLasted) retry.reset();
    return hasLasted;
  }

  sender(link: ServerLink): SendRequest {
    const { queueMode } = this.#options;
    return async (request) => {
      queueMode.active();
      const response = await link.association.send(request, this.#interrupt.signal);
      queueMode.active();
      return response;
    };
  }

  /** A server that does not answer what an application sends is as dead as one that does not answer an Update. */
  async #sendWatched(link: ServerLink, request: CoapRequest): Promise<CoapResponse> {
    try {
      return await this.sender(link)(request);
    } catch (error) {
      const isSilence = error instanceof CoapError && error.code === "COAP_TIMEOUT";
      const reason = "the server did not answer a Send";
      if (isSilence && this.#link === link) this.#options.wakeUps.post({ type: "silent", reason });
      throw error;
    }
  }
}
