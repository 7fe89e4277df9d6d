import { toHex } from "../util/bytes.ts";
import type { CoapResponse, Observation, ObservationEnd, ObservationOrigin } from "./exchange.ts";
import type { Delivery, MessageContent } from "./transmission.ts";

/** What an observation needs from the endpoint. */
export interface NotificationPath {
  /** The message for a notification; without Observe when `response` is an error. */
  compose(response: CoapResponse): MessageContent;
  origin(): ObservationOrigin;
  /** False when it could not be sent. */
  send(content: MessageContent, delivery: Delivery, confirmable: boolean): boolean;
  now(): number;
  /** Stops what is under way. */
  withdraw(delivery: Delivery): void;
  ended(observation: ServerObservation): void;
  /** Calls code of the application; what it throws is logged. */
  call(listener: () => void): void;
}

interface Notification {
  readonly response: CoapResponse;
  readonly confirmable: boolean;
}

/** RFC 7641 §4.5: a peer that only gets non-confirmable notifications must confirm one at least this often. */
const confirmAtLeastEveryMs = 24 * 3600 * 1000;

/** One observer of one resource (RFC 7641 §4). At most one confirmable notification is under way; the newest waits. */
export class ServerObservation implements Observation, Delivery {
  readonly id: string;
  readonly #path: NotificationPath;
  #state: "unanswered" | "idle" | "underWay" = "unanswered";
  #ended = false;
  #newest: Notification | undefined;
  #confirmedAt: number;
  #endedListeners: ((cause: ObservationEnd) => void)[] = [];
  #cause: ObservationEnd = "cancelled";

  constructor(token: Uint8Array, path: NotificationPath) {
    this.id = toHex(token);
    this.#path = path;
    this.#confirmedAt = path.now();
  }

  get origin(): ObservationOrigin {
    return this.#path.origin();
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  notify(response: CoapResponse, confirmable: boolean): void {
    if (this.#ended) return;
    this.#newest = { response, confirmable };
    if (this.#state === "idle") this.#transmit();
  }

  end(): void {
    this.#endedListeners = [];
    this.finish();
  }

  onEnded(listener: (cause: ObservationEnd) => void): void {
    if (this.#ended) listener(this.#cause);
    else this.#endedListeners.push(listener);
  }

  /** Cancelled by the peer, replaced, or gone with the endpoint. */
  finish(cause: ObservationEnd = "cancelled"): void {
    if (this.#ended) return;
    this.#cause = cause;
    this.#path.withdraw(this);
    this.#close();
  }

  #close(): void {
    this.#ended = true;
    this.#newest = undefined;
    this.#path.ended(this);
    for (const listener of this.#endedListeners.splice(0)) this.#path.call(() => listener(this.#cause));
  }

  /** The answer to the registration is out; when it is confirmable its acknowledgement comes first. */
  established(confirmable: boolean): void {
    this.#state = confirmable ? "underWay" : "idle";
    if (!confirmable) this.#transmit();
  }

  acknowledged(): void {
    this.#state = "idle";
    this.#transmit();
  }

  reset(): void {
    this.finish();
  }

  timedOut(): void {
    this.finish("unreachable");
  }

  renew(): MessageContent | undefined {
    // The answer to the registration goes out as the handler gave it; its retransmissions may carry newer state.
    return this.#state === "underWay" ? this.#take()?.content : undefined;
  }

  #transmit(): void {
    const taken = this.#take();
    if (taken === undefined) return;
    const confirmable = taken.confirmable || this.#path.now() - this.#confirmedAt >= confirmAtLeastEveryMs;
    if (confirmable) this.#confirmedAt = this.#path.now();
    this.#state = confirmable ? "underWay" : "idle";
    if (!this.#path.send(taken.content, this, confirmable)) this.#state = "idle";
  }

  /** An error is the last notification (RFC 7641 §4.2). */
  #take(): { content: MessageContent; confirmable: boolean } | undefined {
    if (this.#newest === undefined || this.#ended) return undefined;
    const { response, confirmable } = this.#newest;
    this.#newest = undefined;
    const content = this.#path.compose(response);
    if (content.code >= 0x80) this.#close();
    return { content, confirmable };
  }
}
