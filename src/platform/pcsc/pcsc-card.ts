import { fromHex, toHex } from "../../util/bytes.ts";
import { pcscFailure } from "./pcsc-failure.ts";
import { fromCallback, type LibraryReader } from "./pcsc-library.ts";
import type { PcscFailure, PcscReader, PcscRequest, PcscResult } from "./pcsc-protocol.ts";
import type { KnownReader, ReaderList } from "./reader-list.ts";

/** A short response APDU; a smaller buffer would lose the answer. */
const longestResponse = 258;

/** The library answers for a new reader within milliseconds; without readers it never says so. */
const readersSettleMs = 1_000;

/** A failure on its way to the parent. */
export class PcscCardError extends Error {
  readonly failure: PcscFailure;

  constructor(failure: PcscFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Carries out requests with the library's readers. The caller sends one at a time. */
export class PcscCard {
  readonly #list: ReaderList;
  #reader: LibraryReader | undefined;
  #protocol = 0;

  constructor(list: ReaderList) {
    this.#list = list;
  }

  async answer(request: PcscRequest): Promise<PcscResult> {
    switch (request.do) {
      case "list":
        return { readers: await this.#listReaders() };
      case "connect":
        return { reader: await this.#connect(request.reader) };
      case "transmit":
        return { response: await this.#transmit(request.command) };
      case "disconnect":
        await this.disconnect();
        return {};
    }
  }

  /** Leaves the card as it is: other programs may be using it. */
  async disconnect(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader?.connected) await fromCallback<void>((done) => reader.disconnect(reader.SCARD_LEAVE_CARD, done));
  }

  async #listReaders(): Promise<readonly PcscReader[]> {
    await this.#list.settled(readersSettleMs);
    return this.#list.readers.map(({ reader, card, atr }) => ({ name: reader.name, card, ...(atr && { atr }) }));
  }

  async #connect(namePart: string | undefined): Promise<string> {
    await this.#list.settled(readersSettleMs);
    const reader = chooseReader(this.#list.readers, namePart);
    try {
      const options = { share_mode: reader.SCARD_SHARE_SHARED };
      const protocol = await fromCallback<number | undefined>((done) => reader.connect(options, done));
      // A reader object that is connected already calls back without a protocol and has done nothing.
      if (protocol === undefined) throw new Error("the library did not connect");
      this.#protocol = protocol;
    } catch (error) {
      throw new PcscCardError(pcscFailure(`connecting to the card in "${reader.name}"`, error));
    }
    this.#reader = reader;
    return reader.name;
  }

  async #transmit(command: string): Promise<string> {
    const reader = this.#reader;
    if (reader === undefined)
      throw new PcscCardError({ code: "CARD_DRIVER_FAILED", message: "not connected to a card" });
    const where = `the card in "${reader.name}"`;
    const response = await fromCallback<Uint8Array | undefined>((done) =>
      reader.transmit(Buffer.from(fromHex(command)), longestResponse, this.#protocol, done),
    ).catch((error) => {
      throw new PcscCardError(pcscFailure(where, error));
    });
    if (response !== undefined && response.length >= 2) return toHex(response);
    // The library reports success with nothing in it when the card goes away under an APDU.
    const message = `${where}: pulled out during an APDU (an answer without status word)`;
    throw new PcscCardError({ code: "CARD_REMOVED", message });
  }
}

function chooseReader(readers: readonly KnownReader[], namePart: string | undefined): LibraryReader {
  const names = readers.map(({ reader }) => `"${reader.name}"`).join(", ");
  if (readers.length === 0)
    throw refused("CARD_UNREACHABLE", "pcscd knows no reader; is one plugged in, and its driver installed?");
  const named = readers.filter(({ reader }) => reader.name.includes(namePart ?? ""));
  if (named.length === 0) {
    throw refused(
      "CARD_UNREACHABLE",
      `no reader with "${namePart}" in its name; there are ${names} (channel=pcsc:READER)`,
    );
  }
  const full = named.find(({ card }) => card === "present");
  if (full !== undefined) return full.reader;
  const mute = named.find(({ card }) => card === "mute");
  if (mute === undefined)
    throw refused("CARD_ABSENT", `no card in ${named.map(({ reader }) => `"${reader.name}"`).join(", ")}`);
  throw refused("CARD_MUTE", `the card in "${mute.reader.name}" does not answer to reset; is it the right way round?`);
}

function refused(code: PcscFailure["code"], message: string): PcscCardError {
  return new PcscCardError({ code, message });
}
