import type { CardChannel, CardConnector } from "../../smartcard/card-channel.ts";
import { CardTransportError } from "../../smartcard/card-transport-error.ts";
import { fromHex, toHex } from "../../util/bytes.ts";
import type { Timers } from "../../util/time.ts";
import { PcscProcess } from "./pcsc-process.ts";
import type { PcscReader } from "./pcsc-protocol.ts";

export interface PcscOptions {
  readonly timers: Timers;
  /** Part of the reader's name; the first reader with a card in it when absent. */
  readonly reader?: string;
  /** For one APDU: 30,000 ms when absent. Key generation takes seconds. */
  readonly apduDeadlineMs?: number;
  /** For the library to start, find the reader and power the card: 15,000 ms when absent. */
  readonly connectDeadlineMs?: number;
  /** "pcsclite" when absent; tests give the path of a stand-in. */
  readonly module?: string;
}

const disconnectDeadlineMs = 2_000;
const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * A card in a PC/SC reader. Each connection has a child process of its own with the library in it, so that a driver that
 * crashed, hung or lost its daemon is simply thrown away; after failures the next one is started after a growing pause.
 */
export class PcscConnector implements CardConnector {
  readonly #options: PcscOptions;
  #pauseMs = 0;

  constructor(options: PcscOptions) {
    this.#options = options;
  }

  async connect(): Promise<CardChannel> {
    const { timers, reader, connectDeadlineMs = 15_000, apduDeadlineMs = 30_000 } = this.#options;
    await pause(timers, this.#pauseMs);
    const process = new PcscProcess(timers, this.#options.module ?? "pcsclite");
    try {
      await process.ask({ do: "connect", ...(reader !== undefined && { reader }) }, connectDeadlineMs);
      this.#pauseMs = 0;
      return new PcscChannel(process, apduDeadlineMs);
    } catch (error) {
      this.#pauseMs = Math.min(Math.max(firstPauseMs, 2 * this.#pauseMs), longestPauseMs);
      process.end();
      throw error;
    }
  }
}

/** The readers and what is in them. Rejects with a CardTransportError that says what is missing. */
export async function listReaders(
  options: Omit<PcscOptions, "reader" | "apduDeadlineMs">,
): Promise<readonly PcscReader[]> {
  const process = new PcscProcess(options.timers, options.module ?? "pcsclite");
  try {
    return (await process.ask({ do: "list" }, options.connectDeadlineMs ?? 15_000)).readers ?? [];
  } finally {
    process.end();
  }
}

class PcscChannel implements CardChannel {
  readonly #process: PcscProcess;
  readonly #deadlineMs: number;
  #busy = false;

  constructor(process: PcscProcess, deadlineMs: number) {
    this.#process = process;
    this.#deadlineMs = deadlineMs;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    this.#busy = true;
    const { response } = await this.#process.ask({ do: "transmit", command: toHex(command) }, this.#deadlineMs);
    this.#busy = false;
    if (response === undefined) throw new CardTransportError("CARD_DRIVER_FAILED", "the PC/SC driver gave no answer");
    return fromHex(response);
  }

  /** An APDU that never came back blocks the library: then nothing more is asked of it. */
  async close(): Promise<void> {
    if (!this.#busy) await this.#process.ask({ do: "disconnect" }, disconnectDeadlineMs).catch(() => undefined);
    this.#process.end();
  }
}

function pause(timers: Timers, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => void timers.schedule(ms, resolve));
}
