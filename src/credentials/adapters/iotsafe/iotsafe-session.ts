import type { CommandApdu, ResponseApdu } from "../../../smartcard/apdu.ts";
import type { ApduClass } from "../../../smartcard/class-byte.ts";
import type { LogicalChannel } from "../../../smartcard/logical-channel.ts";
import { CardStatusError, isSuccess, StatusWord } from "../../../smartcard/status-word.ts";

/** Cards are found on both sides; "auto" begins with the proprietary class and changes over once, on 6E00. */
export type ClassChoice = "auto" | ApduClass;

/** A command to the applet; the class byte is the session's business. */
export type AppletCommand = Omit<CommandApdu, "class">;

/** The selected applet on a logical channel of ours, and what was learnt about its habits. */
export class IotSafeSession {
  readonly aid: Uint8Array;
  /** Set when the applet showed that the last UPDATE ends a signature session by itself. */
  closesSignatureSessions = false;
  readonly #channel: LogicalChannel;
  #class: ApduClass;
  #mayChange: boolean;

  constructor(channel: LogicalChannel, aid: Uint8Array, choice: ClassChoice) {
    this.#channel = channel;
    this.aid = aid;
    this.#class = choice === "auto" ? "proprietary" : choice;
    this.#mayChange = choice === "auto";
  }

  /** The whole answer, whatever its status word. */
  async send(command: AppletCommand): Promise<ResponseApdu> {
    const response = await this.#channel.send({ ...command, class: this.#class });
    if (!this.#mayChange) return response;
    this.#mayChange = false;
    if (response.statusWord !== StatusWord.classNotSupported) return response;
    this.#class = "interindustry";
    return this.#channel.send({ ...command, class: this.#class });
  }

  /** As `send`, for a command that has to succeed. `what` names it in the CardStatusError. */
  async demand(command: AppletCommand, what: string): Promise<Uint8Array> {
    const { data, statusWord } = await this.send(command);
    if (!isSuccess(statusWord)) throw new CardStatusError(what, statusWord);
    return data;
  }
}
