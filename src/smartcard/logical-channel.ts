import { toHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import type { CommandApdu, ResponseApdu } from "./apdu.ts";
import type { CardChannel } from "./card-channel.ts";
import { highestLogicalChannel } from "./class-byte.ts";
import { exchange } from "./exchange.ts";
import { CardStatusError, isSuccess, StatusWord } from "./status-word.ts";

const manageChannel = { class: "interindustry", ins: 0x70, p2: 0 } as const;

/** How a card says that it does not know MANAGE CHANNEL; 6A81 is ambiguous and means on UICCs that none is free. */
const withoutChannels: readonly number[] = [
  StatusWord.channelNotOpen,
  StatusWord.insUnknown,
  StatusWord.classNotSupported,
];

/** One logical channel of a connected card: puts its number into each class byte. */
export class LogicalChannel {
  readonly number: number;
  readonly #transmit: CardChannel["transmit"];

  constructor(transmit: CardChannel["transmit"], number: number) {
    this.#transmit = transmit;
    this.number = number;
  }

  /** The whole answer, GET RESPONSE included, whatever its status word. Rejects with a CardTransportError. */
  send(command: CommandApdu): Promise<ResponseApdu> {
    return exchange(this.#transmit, command, this.number);
  }

  /** As `send`, for a command that has to succeed. `what` names it in the CardStatusError. */
  async demand(command: CommandApdu, what: string): Promise<Uint8Array> {
    const { data, statusWord } = await this.send(command);
    if (!isSuccess(statusWord)) throw new CardStatusError(what, statusWord);
    return data;
  }

  /**
   * MANAGE CHANNEL open (ISO 7816-4 §11.1.2), sent on the basic channel; the card picks the number. A card that has no
   * logical channels at all is used on its basic channel.
   * Rejects with CodedError CARD_CHANNELS_EXHAUSTED when the card has none free, with CardStatusError otherwise.
   */
  async open(): Promise<LogicalChannel> {
    const { data, statusWord } = await this.send({ ...manageChannel, p1: 0, le: 1 });
    if (statusWord === StatusWord.noChannelFree) throw noChannelFree();
    if (withoutChannels.includes(statusWord)) return this;
    if (!isSuccess(statusWord)) throw new CardStatusError("MANAGE CHANNEL open", statusWord);
    const [number] = data;
    if (number === undefined || data.length !== 1 || number < 1 || number > highestLogicalChannel) {
      throw new CodedError("CARD_MISBEHAVES", `MANAGE CHANNEL open: channel 1 to 19 expected, got "${toHex(data)}"`);
    }
    return new LogicalChannel(this.#transmit, number);
  }

  /** MANAGE CHANNEL close, sent on the basic channel. A channel that is closed already is no error. */
  async close(channel: number): Promise<void> {
    if (channel === 0) return;
    await this.send({ ...manageChannel, p1: 0x80, p2: channel });
  }
}

function noChannelFree(): CodedError {
  const message = "the card has no logical channel free (6A81): other programs or a modem hold them all, or a crashed";
  return new CodedError("CARD_CHANNELS_EXHAUSTED", `${message} one left them open; resetting the card frees them`);
}
