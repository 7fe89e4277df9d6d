import { concatBytes } from "../../util/bytes.ts";
import type { IotSafeApplet } from "./applet.ts";
import { type CommandClass, parseClass } from "./class-byte.ts";
import { type CommandApdu, parseCommand } from "./command-apdu.ts";
import { getResponse } from "./commands/get-response.ts";
import { manageChannel } from "./commands/manage-channel.ts";
import { select } from "./commands/select.ts";
import { LogicalChannels } from "./logical-channels.ts";
import { twoBytes } from "./object-coding.ts";
import type { Pkcs15Application } from "./pkcs15.ts";
import type { Settings } from "./settings.ts";
import { type Answer, only, Refusal, StatusWord } from "./status-word.ts";
import type { Usim } from "./usim.ts";

export interface UiccParts {
  /** Absent: a card without the applet. */
  readonly applet: IotSafeApplet | undefined;
  /** Absent: a card without smart-card bootstrap. */
  readonly pkcs15?: Pkcs15Application | undefined;
  readonly usim: Usim;
  readonly settings: Settings;
}

/** The card as a function of bytes: logical channels, selection, GET RESPONSE; the rest goes to what is selected. */
export class Uicc {
  readonly #parts: UiccParts;
  readonly #channels: LogicalChannels;

  constructor(parts: UiccParts) {
    this.#parts = parts;
    this.#channels = new LogicalChannels(parts.settings.channels);
  }

  /** Takes any bytes, never throws, always answers at least a status word. */
  process(command: Uint8Array): Uint8Array {
    const { data, status } = this.#answer(command);
    const { proactive } = this.#parts.settings;
    const word = status === StatusWord.done && proactive > 0 ? 0x9100 + proactive : status;
    return concatBytes([data, twoBytes(word)]);
  }

  /** Power off or reset: every selection is lost, only the basic channel is left. */
  losePower(): void {
    this.#channels.reset();
    this.#parts.applet?.losePower();
  }

  #answer(command: Uint8Array): Answer {
    try {
      if (command.length < 4) throw new Refusal(StatusWord.wrongLength);
      const commandClass = parseClass(command[0] ?? 0xff);
      this.#channels.require(commandClass.channel);
      return this.#dispatch(command, commandClass);
    } catch (error) {
      return only(error instanceof Refusal ? error.status : StatusWord.noDiagnosis);
    }
  }

  #dispatch(command: Uint8Array, commandClass: CommandClass): Answer {
    const { settings } = this.#parts;
    const channel = this.#channels.require(commandClass.channel);
    if (command[1] === 0xc0) return getResponse(parseCommand(command, settings.lengths), channel.pending, settings);
    channel.pending.drop();
    const apdu = parseCommand(command, settings.lengths);
    return channel.pending.give(this.#run(apdu, commandClass), apdu, settings.answers);
  }

  #run(apdu: CommandApdu, commandClass: CommandClass): Answer {
    const { applet, pkcs15, usim } = this.#parts;
    const channel = this.#channels.require(commandClass.channel);
    if (apdu.ins === 0x70 && !commandClass.proprietary) {
      return manageChannel(apdu, commandClass.channel, this.#channels, (closed) => applet?.endSelection(closed));
    }
    if (apdu.ins === 0xa4 && !commandClass.proprietary) {
      const answer = select(apdu, channel, { ...this.#parts, pkcs15 });
      applet?.endSelection(commandClass.channel);
      return answer;
    }
    if (channel.selected === "applet" && applet) return applet.process(apdu, commandClass);
    const isBelowRoot = channel.file >> 8 === 0x2f;
    if (channel.selected === "pkcs15" && pkcs15 && !isBelowRoot) return pkcs15.process(apdu, channel.file);
    return usim.process(apdu, channel.file);
  }
}
