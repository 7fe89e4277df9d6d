import type { Timer } from "../util/time.ts";
import { type CoapMessage, type CoapOption, Code, MessageType } from "./message.ts";
import type { CoapPorts, MessageDriver } from "./message-driver.ts";
import { OptionNumber, uintOption } from "./options.ts";
import type { ResponseContent } from "./response-slicer.ts";
import type { Delivery } from "./transmission.ts";

/** One request of the peer until it is answered: in the acknowledgement when quick, separately when not (RFC 7252 §5.2). */
export class ServerExchange {
  readonly #request: CoapMessage;
  readonly #driver: MessageDriver;
  #emptyAckTimer: Timer | undefined;
  #acknowledged = false;

  constructor(request: CoapMessage, driver: MessageDriver, timers: CoapPorts["timers"], emptyAckDelayMs: number) {
    this.#request = request;
    this.#driver = driver;
    if (request.type === MessageType.CON) {
      this.#emptyAckTimer = timers.schedule(emptyAckDelayMs, () => this.#acknowledge());
    }
  }

  /** `delivery` hears of a separate or non-confirmable answer; the result is true when that one is confirmable. */
  answer(response: ResponseContent, delivery: Delivery = {}): boolean {
    this.abandon();
    const content = { token: this.#request.token, ...response };
    const confirmable = this.#request.type === MessageType.CON;
    if (isUnwanted(this.#request.options, response.code)) {
      if (confirmable && !this.#acknowledged) this.#acknowledge();
      return false;
    }
    if (!confirmable) this.#driver.sendNonConfirmable(content, delivery);
    else if (!this.#acknowledged) this.#driver.piggyback(this.#request.messageId, content);
    else this.#driver.sendConfirmable(content, delivery);
    return confirmable && this.#acknowledged;
  }

  /** No answer will be given. */
  abandon(): void {
    this.#emptyAckTimer?.cancel();
    this.#emptyAckTimer = undefined;
  }

  #acknowledge(): void {
    this.#acknowledged = true;
    this.#driver.acknowledge(this.#request.messageId);
  }
}

/** RFC 7967 §2.1. A 2.31 is always sent: without it the transfer stops. */
function isUnwanted(options: readonly CoapOption[], code: number): boolean {
  const unwanted = uintOption(options, OptionNumber.NoResponse) ?? 0;
  return code !== Code.Continue && (unwanted & (1 << ((code >> 5) - 1))) !== 0;
}
