import type { CoapOption } from "./message.ts";

/** A message before the message layer gives it a type and a Message ID. */
export interface MessageContent {
  readonly code: number;
  readonly token: Uint8Array;
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
}

/** How a message of ours fared; told to whoever sent it. */
export interface Delivery {
  /** The peer acknowledged it. */
  acknowledged?(): void;
  /** The peer answered with a Reset. */
  reset?(): void;
  /** A confirmable message stayed without answer until MAX_TRANSMIT_WAIT. */
  timedOut?(): void;
  /**
   * Asked before each transmission of a confirmable message: newer content replaces it under a new Message ID and
   * keeps the retransmission count (RFC 7641 §4.5.2).
   */
  renew?(): MessageContent | undefined;
}

/** One confirmable message on its way: RFC 7252 §4.2. */
export class Transmission {
  readonly delivery: Delivery;
  content: MessageContent;
  messageId = -1;
  datagram: Uint8Array = new Uint8Array(0);
  #timeoutMs: number;
  #retransmissionsLeft: number;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(content: MessageContent, delivery: Delivery, firstTimeoutMs: number, maxRetransmit: number) {
    this.content = content;
    this.delivery = delivery;
    this.#timeoutMs = firstTimeoutMs;
    this.#retransmissionsLeft = maxRetransmit;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** After the first transmission. */
  start(now: number): void {
    this.#dueAt = now + this.#timeoutMs;
  }

  /** When due: true and the doubled timeout is running, or false when no retransmission is left. */
  retransmit(now: number): boolean {
    if (this.#retransmissionsLeft === 0) return false;
    this.#retransmissionsLeft--;
    this.#timeoutMs *= 2;
    this.#dueAt = now + this.#timeoutMs;
    return true;
  }
}
