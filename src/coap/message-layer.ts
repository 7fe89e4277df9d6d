import type { Entropy } from "../crypto/ports.ts";
import { equalBytes } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { CoapError } from "./coap-error.ts";
import { decodeMessage, encodeMessage, peekHeader } from "./codec.ts";
import { type CoapMessage, Code, MessageType } from "./message.ts";
import { MessageIdSpace } from "./message-id-space.ts";
import { type CoapParameters, exchangeLifetimeMs, nonLifetimeMs } from "./parameters.ts";
import { ReceivedMessages } from "./received-messages.ts";
import { SentNonConfirmables } from "./sent-non-confirmables.ts";
import { type Delivery, type MessageContent, Transmission } from "./transmission.ts";

export type MessageEvent =
  /** First copy of a request. A confirmable one is to be answered by `piggyback`, `acknowledge` or `reject`. */
  | { readonly kind: "request"; readonly message: CoapMessage }
  /** First copy of a response. A confirmable one is to be answered by `acknowledge` or `reject`. */
  | { readonly kind: "response"; readonly message: CoapMessage }
  | { readonly kind: "acknowledged" | "reset" | "timedOut"; readonly delivery: Delivery };

/**
 * The message layer with one peer (RFC 7252 §4): Message IDs, duplicates, acknowledgements, retransmission, NSTART.
 * No clock, no timer, no socket: it takes datagrams and the time, and gives datagrams, events and the next deadline.
 * Non-confirmable messages are not paced: PROBING_RATE is left to the application, which decides how often it sends.
 */
export class MessageLayer {
  readonly #parameters: CoapParameters;
  readonly #entropy: Entropy;
  readonly #messageIds: MessageIdSpace;
  readonly #received: ReceivedMessages;
  readonly #sentNon: SentNonConfirmables;
  #waiting: Transmission[] = [];
  /** By our Message ID; at most NSTART. */
  readonly #underWay = new Map<number, Transmission>();
  readonly #datagrams: Uint8Array[] = [];
  readonly #events: MessageEvent[] = [];

  constructor(parameters: CoapParameters, entropy: Entropy) {
    this.#parameters = parameters;
    this.#entropy = entropy;
    this.#messageIds = new MessageIdSpace(entropy, exchangeLifetimeMs(parameters));
    this.#received = new ReceivedMessages(parameters.maxRememberedMessages, parameters.maxRememberedBytes);
    this.#sentNon = new SentNonConfirmables(nonLifetimeMs(parameters));
  }

  /** What the tables hold, for tests and metrics. */
  get occupancy(): { remembered: number; rememberedBytes: number; underWay: number; waiting: number } {
    const { size, replyBytes } = this.#received;
    return {
      remembered: size,
      rememberedBytes: replyBytes,
      underWay: this.#underWay.size,
      waiting: this.#waiting.length,
    };
  }

  nextDatagram(): Uint8Array | undefined {
    return this.#datagrams.shift();
  }

  nextEvent(): MessageEvent | undefined {
    return this.#events.shift();
  }

  /** Undefined when nothing is due. */
  nextDeadline(now: number): number | undefined {
    let deadline = Number.POSITIVE_INFINITY;
    for (const transmission of this.#underWay.values()) deadline = Math.min(deadline, transmission.dueAt);
    if (this.#canStart()) deadline = Math.min(deadline, this.#messageIds.freeAt(now));
    return deadline === Number.POSITIVE_INFINITY ? undefined : deadline;
  }

  handleTime(now: number): void {
    for (const transmission of [...this.#underWay.values()]) {
      if (transmission.dueAt <= now) this.#retransmit(transmission, now);
    }
    this.#startWaiting(now);
  }

  /** Never throws: what cannot be read is dropped, or rejected when it was confirmable (RFC 7252 §4.2, §4.3). */
  handleDatagram(datagram: Uint8Array, now: number): void {
    const header = peekHeader(datagram);
    if (header === undefined) return;
    const message = decodeOrUndefined(datagram);
    if (message === undefined || isReservedClass(message.code)) {
      if (header.type === MessageType.CON) this.#sendEmpty(MessageType.RST, header.messageId);
    } else if (message.type === MessageType.ACK) this.#handleAcknowledgement(message, now);
    else if (message.type === MessageType.RST) this.#handleReset(message, now);
    else this.#handleFromPeer(message, now);
  }

  /** Queued while NSTART messages are under way. Throws CoapError COAP_QUEUE_FULL or COAP_INVALID_MESSAGE. */
  sendConfirmable(content: MessageContent, delivery: Delivery, now: number): void {
    // What has no wire form is refused here, where its sender hears of it, not when its turn has come.
    encodeMessage({ type: MessageType.CON, messageId: 0, ...content });
    if (this.#waiting.length >= this.#parameters.maxQueuedMessages) {
      throw new CoapError("COAP_QUEUE_FULL", `${this.#waiting.length} confirmable messages are already waiting`);
    }
    const { maxRetransmit } = this.#parameters;
    this.#waiting.push(new Transmission(content, delivery, this.#firstTimeoutMs(), maxRetransmit));
    this.#startWaiting(now);
  }

  /** `delivery.reset` may be called within NON_LIFETIME. Throws CoapError COAP_QUEUE_FULL when no Message ID is free. */
  sendNonConfirmable(content: MessageContent, delivery: Delivery, now: number): void {
    const messageId = this.#messageIds.take(now);
    if (messageId === undefined) {
      throw new CoapError("COAP_QUEUE_FULL", "all Message IDs were used within EXCHANGE_LIFETIME");
    }
    this.#datagrams.push(encodeMessage({ type: MessageType.NON, messageId, ...content }));
    if (delivery.reset) this.#sentNon.add(messageId, delivery, now);
  }

  /** Stops sending what `delivery` stands for: its response has come, or nobody waits for it any more. */
  withdraw(delivery: Delivery, now: number): void {
    this.#waiting = this.#waiting.filter((transmission) => transmission.delivery !== delivery);
    for (const transmission of this.#underWay.values()) {
      if (transmission.delivery === delivery) this.#underWay.delete(transmission.messageId);
    }
    this.#startWaiting(now);
  }

  /** Answers a confirmable request in its acknowledgement (RFC 7252 §5.2.1). */
  piggyback(messageId: number, content: MessageContent): void {
    this.#reply(messageId, encodeMessage({ type: MessageType.ACK, messageId, ...content }));
  }

  acknowledge(messageId: number): void {
    this.#reply(messageId, encodeMessage(emptyMessage(MessageType.ACK, messageId)));
  }

  reject(messageId: number): void {
    this.#reply(messageId, encodeMessage(emptyMessage(MessageType.RST, messageId)));
  }

  #handleFromPeer(message: CoapMessage, now: number): void {
    const confirmable = message.type === MessageType.CON;
    const lifetimeMs = confirmable ? exchangeLifetimeMs(this.#parameters) : nonLifetimeMs(this.#parameters);
    if (message.code === Code.Empty) {
      // A ping (RFC 7252 §4.3). Without effect, so that duplicates need no memory.
      if (confirmable) this.#sendEmpty(MessageType.RST, message.messageId);
    } else if (this.#received.admit(message.messageId, now, lifetimeMs)) {
      this.#events.push({ kind: message.code < 0x20 ? "request" : "response", message });
    } else if (confirmable) {
      const reply = this.#received.replyTo(message.messageId);
      if (reply) this.#datagrams.push(reply);
    }
  }

  /** Unmatched ones are ignored, never answered (RFC 7252 §4.2); so is a response with a foreign token (§5.3.2). */
  #handleAcknowledgement(message: CoapMessage, now: number): void {
    const transmission = this.#underWay.get(message.messageId);
    const empty = message.code === Code.Empty;
    if (transmission === undefined || (!empty && message.code < 0x20)) return;
    if (!empty && !equalBytes(message.token, transmission.content.token)) return;
    this.#finish(transmission, "acknowledged", now);
    if (!empty) this.#events.push({ kind: "response", message });
  }

  #handleReset(message: CoapMessage, now: number): void {
    if (message.code !== Code.Empty) return;
    const transmission = this.#underWay.get(message.messageId);
    if (transmission) this.#finish(transmission, "reset", now);
    const delivery = this.#sentNon.take(message.messageId, now);
    if (delivery) this.#events.push({ kind: "reset", delivery });
  }

  #retransmit(transmission: Transmission, now: number): void {
    if (!transmission.retransmit(now)) this.#finish(transmission, "timedOut", now);
    else if (this.#renew(transmission)) this.#transmitAnew(transmission, now);
    else this.#datagrams.push(transmission.datagram);
  }

  /** The abandoned Message ID stays known for a while: a Reset to it still means what it says. */
  #transmitAnew(transmission: Transmission, now: number): void {
    const messageId = this.#messageIds.take(now);
    if (messageId === undefined) return;
    if (this.#underWay.delete(transmission.messageId)) {
      this.#sentNon.add(transmission.messageId, transmission.delivery, now);
    }
    transmission.messageId = messageId;
    transmission.datagram = encodeMessage({ type: MessageType.CON, messageId, ...transmission.content });
    this.#underWay.set(messageId, transmission);
    this.#datagrams.push(transmission.datagram);
  }

  #renew(transmission: Transmission): boolean {
    const content = transmission.delivery.renew?.();
    if (content) transmission.content = content;
    return content !== undefined;
  }

  #finish(transmission: Transmission, kind: "acknowledged" | "reset" | "timedOut", now: number): void {
    this.#underWay.delete(transmission.messageId);
    this.#events.push({ kind, delivery: transmission.delivery });
    this.#startWaiting(now);
  }

  #startWaiting(now: number): void {
    while (this.#canStart() && this.#messageIds.freeAt(now) <= now) {
      const transmission = this.#waiting.shift();
      if (transmission === undefined) return;
      this.#renew(transmission);
      this.#transmitAnew(transmission, now);
      transmission.start(now);
    }
  }

  #canStart(): boolean {
    return this.#waiting.length > 0 && this.#underWay.size < this.#parameters.nstart;
  }

  #firstTimeoutMs(): number {
    const { ackTimeoutMs, ackRandomFactor } = this.#parameters;
    const [high = 0, low = 0] = this.#entropy.randomBytes(2);
    return Math.round(ackTimeoutMs * (1 + (ackRandomFactor - 1) * ((high * 0x100 + low) / 0xffff)));
  }

  #reply(messageId: number, datagram: Uint8Array): void {
    this.#received.setReply(messageId, datagram);
    this.#datagrams.push(datagram);
  }

  #sendEmpty(type: MessageType, messageId: number): void {
    this.#datagrams.push(encodeMessage(emptyMessage(type, messageId)));
  }
}

function emptyMessage(type: MessageType, messageId: number): CoapMessage {
  return { type, code: Code.Empty, messageId, token: new Uint8Array(0), options: [], payload: new Uint8Array(0) };
}

function decodeOrUndefined(datagram: Uint8Array): CoapMessage | undefined {
  try {
    return decodeMessage(datagram);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Classes 1, 6 and 7 are reserved on UDP (RFC 7252 §3, RFC 8323 §5), 3 is not assigned. */
function isReservedClass(code: number): boolean {
  const codeClass = code >> 5;
  return codeClass === 1 || codeClass === 3 || codeClass >= 6;
}
