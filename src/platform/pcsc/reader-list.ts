import { toHex } from "../../util/bytes.ts";
import type { LibraryReader, PcscLibrary } from "./pcsc-library.ts";
import type { PcscReader } from "./pcsc-protocol.ts";

/** SCARD_STATE_EMPTY, _PRESENT and _MUTE of pcsclite.h. */
const stateBit = { empty: 0x10, present: 0x20, mute: 0x200 } as const;

export interface KnownReader {
  readonly reader: LibraryReader;
  card: PcscReader["card"];
  atr?: string;
}

/** The readers that the library reports, with what is in them. */
export class ReaderList {
  readonly #readers = new Map<string, KnownReader>();
  #onChange: () => void = () => {};

  constructor(library: PcscLibrary) {
    // An "error" without a listener would end the process; the requests that suffer from it say what went wrong.
    library.on("error", () => this.#onChange());
    library.on("reader", (reader) => this.#add(reader));
  }

  get readers(): readonly KnownReader[] {
    return [...this.#readers.values()];
  }

  /** Waits until each reader has said what is in it, at most `ms`: the library says nothing when there is none. */
  async settled(ms: number): Promise<void> {
    if (this.#isSettled()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onChange = () => {
        if (!this.#isSettled()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onChange = () => {};
  }

  #isSettled(): boolean {
    return this.#readers.size > 0 && this.readers.every(({ card }) => card !== "unknown");
  }

  #add(reader: LibraryReader): void {
    const known: KnownReader = { reader, card: "unknown" };
    this.#readers.set(reader.name, known);
    reader.on("error", () => this.#onChange());
    reader.on("end", () => this.#readers.delete(reader.name));
    reader.on("status", ({ state, atr }) => {
      known.card = cardIn(state);
      if (atr !== undefined) known.atr = toHex(atr);
      this.#onChange();
    });
  }
}

function cardIn(state: number): PcscReader["card"] {
  if ((state & stateBit.mute) !== 0) return "mute";
  return (state & stateBit.present) !== 0 ? "present" : "absent";
}
