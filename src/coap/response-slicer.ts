import type { MonotonicClock } from "../util/time.ts";
import { type Block, type BlockSize, blockOffset, blockToOption, maxBlockNumber, smallerSize } from "./block-option.ts";
import { CoapError } from "./coap-error.ts";
import { entityTag } from "./entity-tag.ts";
import type { CoapResponse } from "./exchange.ts";
import { type CoapOption, Code } from "./message.ts";
import { OptionNumber, uintToOption } from "./options.ts";
import { type CoapParameters, exchangeLifetimeMs } from "./parameters.ts";
import { responseToOptions } from "./response-codec.ts";
import { TransferTable } from "./transfer-table.ts";
import type { MessageContent } from "./transmission.ts";

/** A response as it goes on the wire, still without the request's token. */
export type ResponseContent = Omit<MessageContent, "token">;

/**
 * Cuts response bodies into Block2 blocks (RFC 7959 §2.4). Later blocks come from a snapshot, so that a resource that
 * changes meanwhile is never torn, and the handler is asked once.
 */
export class ResponseSlicer {
  readonly #blockSize: BlockSize;
  readonly #snapshots: TransferTable<CoapResponse>;

  constructor(parameters: CoapParameters, clock: MonotonicClock) {
    this.#blockSize = parameters.blockSize;
    this.#snapshots = new TransferTable(clock, parameters.maxTransfers, exchangeLifetimeMs(parameters));
  }

  get snapshots(): number {
    return this.#snapshots.size;
  }

  dropExpired(): void {
    this.#snapshots.dropExpired();
  }

  /**
   * The part of `response` that was asked for, the first one by default. Throws CoapError COAP_INVALID_MESSAGE when
   * the body has more blocks than there are numbers.
   */
  cut(key: string, response: CoapResponse, requested: Block | undefined): ResponseContent {
    const size = this.#sizeFor(requested);
    const length = response.payload?.length ?? 0;
    if (length > size * (maxBlockNumber + 1)) {
      throw new CoapError("COAP_INVALID_MESSAGE", `${length} bytes are too many for blocks of ${size}`);
    }
    if (length <= size && requested === undefined) return whole(response);
    const tagged = length > size ? withEntityTag(response) : response;
    if (length > size) this.#snapshots.set(key, tagged);
    else this.#snapshots.delete(key);
    return slice(tagged, requested ? blockOffset(requested) : 0, size);
  }

  /** A later block of a response given before; undefined when that is no longer kept. */
  continue(key: string, requested: Block): ResponseContent | undefined {
    const snapshot = this.#snapshots.get(key);
    return snapshot && slice(snapshot, blockOffset(requested), this.#sizeFor(requested));
  }

  #sizeFor(requested: Block | undefined): BlockSize {
    return requested ? smallerSize(requested.size, this.#blockSize) : this.#blockSize;
  }
}

function whole(response: CoapResponse): ResponseContent {
  return { code: response.code, options: responseToOptions(response), payload: response.payload ?? new Uint8Array(0) };
}

function slice(response: CoapResponse, offset: number, size: BlockSize): ResponseContent {
  const { code, options, payload } = whole(response);
  if (offset > 0 && offset >= payload.length) {
    return { code: Code.BadRequest, options: [], payload: new Uint8Array(0) };
  }
  const block = { number: offset / size, more: offset + size < payload.length, size };
  const blockOptions: CoapOption[] = [blockToOption(OptionNumber.Block2, block)];
  if (offset === 0 && block.more) blockOptions.push(uintToOption(OptionNumber.Size2, payload.length));
  return { code, options: [...options, ...blockOptions], payload: payload.subarray(offset, offset + size) };
}

function withEntityTag(response: CoapResponse): CoapResponse {
  const { options = [], payload = new Uint8Array(0) } = response;
  if (options.some(({ number }) => number === OptionNumber.ETag)) return response;
  return { ...response, options: [...options, { number: OptionNumber.ETag, value: entityTag(payload) }] };
}
