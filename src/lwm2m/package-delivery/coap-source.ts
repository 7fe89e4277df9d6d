import { parseServerUri, type ServerUri } from "../../association/server-uri.ts";
import { type Block, type BlockSize, blockOffset, maxBlockNumber } from "../../coap/block-option.ts";
import type { BlockResponse } from "../../coap/endpoint.ts";
import type { CoapRequest } from "../../coap/exchange.ts";
import { Code, codeText, Method } from "../../coap/message.ts";
import { OptionNumber, optionValue } from "../../coap/options.ts";
import { toHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { DownloadRequest, DownloadSink, DownloadSource } from "./download-source.ts";

/** A CoAP server that gives files, connected to. */
export interface BlockPeer {
  fetchBlock(request: CoapRequest, block: Block, signal: AbortSignal): Promise<BlockResponse>;
  close(): Promise<void>;
}

export type ConnectBlockPeer = (uri: ServerUri, signal: AbortSignal) => Promise<BlockPeer>;

const sizes: readonly BlockSize[] = [1024, 512, 256, 128, 64, 32, 16];

/** How often a body may change while it comes before we wait for it to come to rest. */
const MAX_RESTARTS = 3;

/** Fetches by CoAP or CoAPS, Block2 by Block2; goes on where it was when the ETag is the same (RFC 7959 §2.4). */
export class CoapSource implements DownloadSource {
  readonly #connect: ConnectBlockPeer;
  readonly #preferred: BlockSize;

  constructor(connect: ConnectBlockPeer, preferred: BlockSize = 1024) {
    this.#connect = connect;
    this.#preferred = preferred;
  }

  check(uri: string): void {
    parse(uri);
  }

  async download({ uri, offset, validator }: DownloadRequest, sink: DownloadSink, signal: AbortSignal): Promise<void> {
    const target = parse(uri);
    const peer = await this.#connect(target, signal);
    try {
      const transfer = new Transfer(peer, get(target), sink, signal);
      let begun = await transfer.run(offset, validator, this.#sizeFor(offset));
      for (let restarts = 0; begun === "changed"; restarts++) {
        if (restarts === MAX_RESTARTS) throw new CodedError("BODY_CHANGED", `${uri} changes faster than it can be had`);
        begun = await transfer.run(0, undefined, this.#preferred);
      }
    } finally {
      await peer.close();
    }
  }

  /** The largest block that begins at this byte. */
  #sizeFor(offset: number): BlockSize {
    return sizes.find((size) => size <= this.#preferred && offset % size === 0) ?? 16;
  }
}

class Transfer {
  readonly #peer: BlockPeer;
  readonly #request: CoapRequest;
  readonly #sink: DownloadSink;
  readonly #signal: AbortSignal;

  constructor(peer: BlockPeer, request: CoapRequest, sink: DownloadSink, signal: AbortSignal) {
    this.#peer = peer;
    this.#request = request;
    this.#sink = sink;
    this.#signal = signal;
  }

  /** From byte `at` to the end; "changed" when the body is another than `validator` says, or becomes one. */
  async run(at: number, validator: string | undefined, preferred: BlockSize): Promise<"whole" | "changed"> {
    let expected = validator;
    let size = preferred;
    for (let first = true, offset = at; ; first = false) {
      const answer = await this.#fetch(offset, size);
      if (answer === "beyond the end") return "changed";
      const { response, block, totalBytes } = answer;
      const tag = optionValue(response.options ?? [], OptionNumber.ETag);
      const came = tag && toHex(tag);
      if ((!first || offset > 0) && came !== expected) return "changed";
      if (!block && offset > 0) return "changed";
      const payload = response.payload ?? new Uint8Array(0);
      if (block) checkBlock(block, offset, size, payload);
      if (first) {
        const named = {
          ...(came !== undefined && { validator: came }),
          ...(totalBytes !== undefined && { totalBytes }),
        };
        await this.#sink.begin({ offset, unit: block?.size ?? 1, ...named });
      }
      await this.#sink.append(payload);
      if (!block?.more) return "whole";
      expected = came;
      size = block.size;
      offset += payload.length;
    }
  }

  async #fetch(offset: number, size: BlockSize): Promise<BlockResponse | "beyond the end"> {
    const number = offset / size;
    if (number > maxBlockNumber) throw new DeliveryError("no-space", "the body has more blocks than there are numbers");
    const answer = await this.#peer.fetchBlock(this.#request, { number, more: false, size }, this.#signal);
    const { code } = answer.response;
    if (code === Code.Content) return answer;
    if (offset > 0 && (code === Code.BadRequest || code === Code.BadOption)) return "beyond the end";
    const text = `${this.#request.path.join("/")} was answered ${codeText(code)}`;
    if (code >> 5 === 4) throw new DeliveryError("bad-address", text);
    throw new CodedError("DOWNLOAD_REFUSED", text);
  }
}

function parse(uri: string): ServerUri {
  try {
    return parseServerUri(uri);
  } catch (cause) {
    throw new DeliveryError("bad-address", "the package address cannot be read", { cause });
  }
}

function get({ path, query }: ServerUri): CoapRequest {
  return { method: Method.GET, path, query, options: [], payload: new Uint8Array(0) };
}

/** The peer may answer with a smaller block at the same byte. */
function checkBlock(block: Block, offset: number, size: number, payload: Uint8Array): void {
  const fits = block.more ? payload.length === block.size : payload.length <= block.size;
  if (blockOffset(block) === offset && block.size <= size && fits) return;
  const came = `${payload.length} bytes of block ${block.number} of ${block.size}`;
  throw new CodedError("BAD_BLOCK", `the block of ${size} at byte ${offset} was asked for, ${came} came`);
}
