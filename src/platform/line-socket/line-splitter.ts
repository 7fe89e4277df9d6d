import { concatBytes, decodeUtf8 } from "../../util/bytes.ts";
import { DecodeError } from "../../util/coded-error.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A line, or what is wrong with it. After one that is too long nothing follows. */
export type SplitLine = { readonly text: string } | { readonly problem: string; readonly fatal: boolean };

/** Cuts a byte stream into lines of UTF-8 of a bounded length. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #over = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Uint8Array): Generator<SplitLine> {
    for (let rest = chunk; rest.length > 0 && !this.#over; ) {
      const end = rest.indexOf(lineFeed);
      this.#keep(end < 0 ? rest : rest.subarray(0, end));
      if (this.#over) yield { problem: `a line of at most ${this.#maxBytes} bytes expected`, fatal: true };
      else if (end >= 0) yield this.#take();
      rest = end < 0 ? rest.subarray(rest.length) : rest.subarray(end + 1);
    }
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    this.#over = this.#bytes > this.#maxBytes;
    if (this.#over) this.#parts = [];
    else this.#parts.push(part.slice());
  }

  #take(): SplitLine {
    const whole = concatBytes(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    const line = whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole;
    try {
      return { text: decodeUtf8(line, "line") };
    } catch (error) {
      if (error instanceof DecodeError) return { problem: "UTF-8 expected", fatal: false };
      throw error;
    }
  }
}
