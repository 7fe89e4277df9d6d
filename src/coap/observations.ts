import { toHex } from "../util/bytes.ts";
import { describeError } from "../util/coded-error.ts";
import type { Block } from "./block-option.ts";
import { callGuarded } from "./call-guarded.ts";
import { encodeMessage } from "./codec.ts";
import type { ObservationOrigin } from "./exchange.ts";
import { type CoapOption, Code, MessageType } from "./message.ts";
import type { CoapPorts, MessageDriver } from "./message-driver.ts";
import { isLaterSequence } from "./notification-order.ts";
import { OptionNumber, uintToOption } from "./options.ts";
import type { ResponseContent, ResponseSlicer } from "./response-slicer.ts";
import { type NotificationPath, ServerObservation } from "./server-observation.ts";
import type { Delivery, MessageContent } from "./transmission.ts";

/** The observations the peer holds with us, by token (RFC 7641 §4.1). */
export class Observations {
  readonly #driver: MessageDriver;
  readonly #ports: CoapPorts;
  readonly #slicer: ResponseSlicer;
  readonly #max: number;
  readonly #byToken = new Map<string, ServerObservation>();
  /** One counter for all, so that a resource registered anew never counts back (RFC 7641 §4.4). */
  #sequence = 0;

  constructor(driver: MessageDriver, ports: CoapPorts, slicer: ResponseSlicer, max: number) {
    this.#driver = driver;
    this.#ports = ports;
    this.#slicer = slicer;
    this.#max = max;
  }

  get size(): number {
    return this.#byToken.size;
  }

  get isFull(): boolean {
    return this.#byToken.size >= this.#max;
  }

  /**
   * `key` is the cache key of the request: under it the later blocks of a large notification are asked for. `block` is
   * the block size the peer wished for (RFC 7959 §2.6).
   */
  add(token: Uint8Array, key: string, block: Block | undefined): ServerObservation {
    const observation = new ServerObservation(token, this.#pathFor(token, key, block));
    this.#byToken.set(observation.id, observation);
    return observation;
  }

  /** Goes on with one of an earlier endpoint. Undefined: the peer uses its token anew, or there are too many. */
  adopt({ token, key, block, sequence }: ObservationOrigin): ServerObservation | undefined {
    if (this.isFull || this.#byToken.has(toHex(token))) return undefined;
    // 0: nothing was said yet, and nothing can be later than what the peer heard.
    if (this.#sequence === 0 || isLaterSequence(sequence, this.#sequence)) this.#sequence = sequence;
    const observation = this.add(token, key, block);
    observation.established(false);
    return observation;
  }

  cancel(token: Uint8Array): void {
    this.#byToken.get(toHex(token))?.finish();
  }

  close(): void {
    for (const observation of [...this.#byToken.values()]) observation.finish("closed");
  }

  /** The answer to a registration that was accepted. */
  withSequence(content: ResponseContent): ResponseContent {
    return { ...content, options: [...content.options, this.#nextSequence()] };
  }

  #pathFor(token: Uint8Array, key: string, block: Block | undefined): NotificationPath {
    return {
      origin: () => ({ token, key, ...(block && { block }), sequence: this.#sequence }),
      compose: (response) => this.#compose(token, () => this.#slicer.cut(key, response, block)),
      send: (content, delivery, confirmable) => this.#send(content, delivery, confirmable),
      now: () => this.#ports.clock.now(),
      call: (listener) => callGuarded(listener, this.#ports.logger),
      withdraw: (delivery) => this.#driver.withdraw(delivery),
      ended: (observation) => {
        if (this.#byToken.get(observation.id) === observation) this.#byToken.delete(observation.id);
      },
    };
  }

  /** A notification that has no wire form ends the observation as an internal error would. */
  #compose(token: Uint8Array, cut: () => ResponseContent): MessageContent {
    try {
      const response = cut();
      const content = { token, ...(response.code < 0x80 ? this.withSequence(response) : response) };
      encodeMessage({ type: MessageType.CON, messageId: 0, ...content });
      return content;
    } catch (error) {
      this.#ports.logger.error("CoAP notification not sent", { reason: describeError(error) });
      return { token, code: Code.InternalServerError, options: [], payload: new Uint8Array(0) };
    }
  }

  #send(content: MessageContent, delivery: Delivery, confirmable: boolean): boolean {
    try {
      if (confirmable) this.#driver.sendConfirmable(content, delivery);
      else this.#driver.sendNonConfirmable(content, delivery);
      return true;
    } catch (error) {
      this.#ports.logger.warn("CoAP notification not sent", { reason: describeError(error) });
      return false;
    }
  }

  #nextSequence(): CoapOption {
    this.#sequence = (this.#sequence + 1) & 0xffffff;
    return uintToOption(OptionNumber.Observe, this.#sequence);
  }
}
