import type { MonotonicClock } from "../util/time.ts";
import { type Block, blockOffset, smallerSize } from "./block-option.ts";
import type { BodySink, CoapResponse } from "./exchange.ts";
import { Code } from "./message.ts";
import { type CoapParameters, exchangeLifetimeMs } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import { TransferTable } from "./transfer-table.ts";

/** What to answer a block of a streamed body with: 2.31 with this Block1, or the response that ends the transfer. */
export type StreamedAnswer = { readonly next: Block } | { readonly last: CoapResponse };

interface Stream {
  readonly sink: BodySink;
  /** Bytes taken or waiting to be. */
  length: number;
  over: boolean;
  /** Blocks that overtake the writing of those before them wait for it. */
  written: Promise<CoapResponse | undefined>;
}

/** Hands Block1 transfers to sinks as they come; nothing is held but the block at hand (RFC 7959 §2.5). */
export class StreamedBodies {
  readonly #blockSize: CoapParameters["blockSize"];
  readonly #streams: TransferTable<Stream>;

  constructor(parameters: CoapParameters, clock: MonotonicClock) {
    this.#blockSize = parameters.blockSize;
    const lifetime = exchangeLifetimeMs(parameters);
    this.#streams = new TransferTable(clock, parameters.maxTransfers, lifetime, (stream) =>
      abandon(stream, "no block came for too long"),
    );
  }

  get size(): number {
    return this.#streams.size;
  }

  dropExpired(): void {
    this.#streams.dropExpired();
  }

  close(): void {
    this.#streams.clear();
  }

  /**
   * Undefined when the transfer is not a streamed one; `open` is asked at the first of several blocks. Throws Refusal
   * 4.00 and 4.08, after which the transfer is forgotten.
   */
  async accept(
    key: string,
    block: Block,
    payload: Uint8Array,
    open: () => BodySink | CoapResponse | undefined,
  ): Promise<StreamedAnswer | undefined> {
    const stream = block.number === 0 ? this.#begin(key, block, open) : this.#streams.get(key);
    if (stream === undefined || "code" in stream) return stream && { last: stream };
    this.#check(key, stream, block, payload);
    stream.length += payload.length;
    if (!block.more) this.#streams.delete(key);
    const last = await this.#write(key, stream, payload, !block.more);
    return last ? { last } : { next: { ...block, size: smallerSize(block.size, this.#blockSize) } };
  }

  #begin(
    key: string,
    { more }: Block,
    open: () => BodySink | CoapResponse | undefined,
  ): Stream | CoapResponse | undefined {
    const former = this.#streams.get(key);
    this.#streams.delete(key);
    if (former) abandon(former, "the peer began anew");
    const opened = more ? open() : undefined;
    if (opened === undefined || "code" in opened) return opened;
    const stream = { sink: opened, length: 0, over: false, written: Promise.resolve(undefined) };
    this.#streams.set(key, stream);
    return stream;
  }

  async #write(key: string, stream: Stream, payload: Uint8Array, isLast: boolean): Promise<CoapResponse | undefined> {
    try {
      const response = await write(stream, payload, isLast);
      if (response) this.#end(key, stream);
      return response;
    } catch (error) {
      this.#end(key, stream);
      throw error;
    }
  }

  /** The key may belong to a newer transfer by now. */
  #end(key: string, stream: Stream): void {
    stream.over = true;
    if (this.#streams.get(key) === stream) this.#streams.delete(key);
  }

  #check(key: string, stream: Stream, block: Block, payload: Uint8Array): void {
    const fits = block.more ? payload.length === block.size : payload.length <= block.size;
    if (fits && blockOffset(block) === stream.length) return;
    this.#streams.delete(key);
    abandon(stream, "the peer lost the thread");
    if (!fits) throw new Refusal(Code.BadRequest, `block of ${block.size} bytes with a payload of ${payload.length}`);
    throw new Refusal(Code.RequestEntityIncomplete, `byte ${stream.length} is next`);
  }
}

/** Undefined: more is to come. */
function write(stream: Stream, payload: Uint8Array, isLast: boolean): Promise<CoapResponse | undefined> {
  stream.written = stream.written.then(async (response) => {
    if (response !== undefined) return response;
    if (stream.over) throw new Refusal(Code.RequestEntityIncomplete, "the transfer is over");
    return (await stream.sink.append(payload)) ?? (isLast ? stream.sink.finish() : undefined);
  });
  return stream.written;
}

function abandon(stream: Stream, reason: string): void {
  if (stream.over) return;
  stream.over = true;
  stream.sink.abandon(reason);
}
