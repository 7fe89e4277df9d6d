import type { CardChannel, CardConnector } from "../../src/smartcard/card-channel.ts";
import { CardTransportError } from "../../src/smartcard/card-transport-error.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";

/** One exchange as a trace shows it: command and response in hexadecimal, spaces allowed. */
export type Exchange = readonly [command: string, response: string];

/** A card that knows one conversation by heart. Another command, or one too many, is a driver failure with both in words. */
export class ScriptedCard implements CardConnector {
  readonly sent: string[] = [];
  connections = 0;
  closed = 0;
  readonly #script: Exchange[];

  constructor(script: readonly Exchange[]) {
    this.#script = [...script];
  }

  /** Commands that were expected and did not come. */
  get left(): number {
    return this.#script.length;
  }

  async connect(): Promise<CardChannel> {
    this.connections++;
    return { transmit: (command) => this.#answer(toHex(command)), close: async () => void this.closed++ };
  }

  async #answer(command: string): Promise<Uint8Array> {
    this.sent.push(command);
    const next = this.#script.shift();
    const expected = plain(next?.[0] ?? "nothing more");
    if (command !== expected) {
      throw new CardTransportError("CARD_DRIVER_FAILED", `script: ${expected} expected, ${command} came`);
    }
    return fromHex(plain(next?.[1] ?? ""));
  }
}

function plain(hex: string): string {
  return hex.replaceAll(" ", "").toLowerCase();
}
