import { PendingAnswer } from "./pending-answer.ts";
import type { Settings } from "./settings.ts";
import { Refusal, StatusWord } from "./status-word.ts";

/** What one open channel has selected and what waits on it. */
export interface LogicalChannel {
  selected: "usim" | "applet" | "pkcs15";
  /** Identifier of the file selected below the MF or the application; 3F00 at first. */
  file: number;
  readonly pending: PendingAnswer;
}

/** The open logical channels of the card; channel 0 is always open. */
export class LogicalChannels {
  readonly #total: number;
  readonly #taken: readonly number[];
  #open = new Map<number, LogicalChannel>();

  constructor({ total, taken }: Settings["channels"]) {
    this.#total = total;
    this.#taken = taken;
    this.reset();
  }

  reset(): void {
    this.#open = new Map([[0, freshChannel()]]);
  }

  /** 6881 when the channel isn't open. */
  require(number: number): LogicalChannel {
    const channel = this.#open.get(number);
    if (channel === undefined) throw new Refusal(StatusWord.channelNotOpen);
    return channel;
  }

  /** Opens the lowest free channel and gives its number; 6A81 when all are in use. */
  open(): number {
    for (let number = 1; number < this.#total; number++) {
      if (this.#open.has(number) || this.#taken.includes(number)) continue;
      this.#open.set(number, freshChannel());
      return number;
    }
    throw new Refusal(StatusWord.noChannelFree);
  }

  close(number: number): void {
    this.require(number);
    this.#open.delete(number);
  }
}

function freshChannel(): LogicalChannel {
  return { selected: "usim", file: 0x3f00, pending: new PendingAnswer() };
}
