import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess } from "./foreign-process.ts";
import { built } from "./paths.ts";

/** A PC/SC client of someone else's, pyscard, at one reader: drives test/interop/pyscard/reader_client.py. */
export class ReaderClient {
  readonly #process: ForeignProcess<{ readonly ok?: string; readonly failed?: string }>;
  readonly #reader: string;

  constructor(cleanup: Cleanup, reader: string) {
    this.#reader = reader;
    const script = fileURLToPath(new URL("../../interop/pyscard/reader_client.py", import.meta.url));
    const program = { command: built(".work/venv/bin/python"), args: [script] };
    this.#process = new ForeignProcess(cleanup, program, (line) => JSON.parse(line));
  }

  /** Waits for the card, connects anew, and gives the ATR. */
  connect(): Promise<string> {
    return this.say(`connect ${this.#reader}`);
  }

  /** Reconnects with a reset of the card: every other program's selection is lost. */
  reset(): Promise<string> {
    return this.say("reset");
  }

  async say(line: string): Promise<string> {
    this.#process.say(line);
    const { ok, failed } = await this.#process.events.waitFor(() => true, `answer to ${line}`);
    if (ok === undefined) throw new Error(`${line}: ${failed}`);
    return ok;
  }
}
