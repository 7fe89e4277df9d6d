import type { PowerEvent, SimulatedCard } from "./simulated-card.ts";
import { encodeFrame, FrameCutter } from "./vpcd-frames.ts";

export interface VpcdLink {
  send(bytes: Uint8Array): void;
  /** The card is gone, or the peer broke the protocol: hang up. */
  hangUp(): void;
}

const powerEvents = new Map<number, PowerEvent>([
  [0x00, "off"],
  [0x01, "on"],
  [0x02, "reset"],
]);
const giveAtr = 0x04;

/** More messages than a reader can have under way: it only asks for the ATR meanwhile. */
const longestQueue = 64;

/**
 * The card's side of one vpcd connection: messages of one byte are controls, longer ones command APDUs. Answered one
 * after the other; never with an empty message, which would block vpcd for good.
 */
export class VpcdSession {
  readonly #card: SimulatedCard;
  readonly #link: VpcdLink;
  readonly #frames = new FrameCutter();
  #last: Promise<void> = Promise.resolve();
  #queued = 0;
  #over = false;

  constructor(card: SimulatedCard, link: VpcdLink) {
    this.#card = card;
    this.#link = link;
  }

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    try {
      for (const message of this.#frames.push(chunk)) this.#enqueue(message);
    } catch {
      this.#hangUp();
    }
  }

  /** The connection is gone: what is under way ends without an answer. */
  end(): void {
    this.#over = true;
  }

  #enqueue(message: Uint8Array): void {
    this.#queued++;
    if (this.#queued > longestQueue) this.#hangUp();
    this.#last = this.#last.then(() => this.#handle(message)).catch(() => this.#hangUp());
  }

  async #handle(message: Uint8Array): Promise<void> {
    this.#queued--;
    if (this.#over) return;
    const [control = 0xff] = message;
    const event = powerEvents.get(control);
    if (message.length > 1) this.#answer(await this.#card.exchange(message));
    else if (control === giveAtr) this.#answer(this.#card.atr);
    else if (event) this.#card.power(event);
  }

  #answer(bytes: Uint8Array): void {
    if (this.#over) return;
    if (bytes.length === 0) this.#hangUp();
    else this.#link.send(encodeFrame(bytes));
  }

  #hangUp(): void {
    if (this.#over) return;
    this.#over = true;
    this.#link.hangUp();
  }
}
