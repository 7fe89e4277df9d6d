import { concatBytes } from "../../util/bytes.ts";
import { DecodeError } from "../../util/coded-error.ts";

/** vpcd's framing: a length of two bytes, big-endian, before each message, in both directions. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(message.length >> 8, message.length & 0xff), message]);
}

/** Cuts a byte stream into messages; keeps an incomplete one, which is at most 65,537 bytes. */
export class FrameCutter {
  #rest = new Uint8Array();

  /** Throws DecodeError for an empty message, which the protocol doesn't have. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = concatBytes([this.#rest, chunk]);
    const messages: Uint8Array[] = [];
    let at = 0;
    for (let end = frameEnd(bytes, at); end !== undefined; end = frameEnd(bytes, at)) {
      messages.push(bytes.slice(at + 2, end));
      at = end;
    }
    this.#rest = bytes.slice(at);
    return messages;
  }
}

function frameEnd(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = bytes.subarray(at, at + 2);
  if (high === undefined || low === undefined) return undefined;
  const length = high * 0x100 + low;
  if (length === 0) throw new DecodeError("vpcd message of no bytes", at);
  const end = at + 2 + length;
  return end <= bytes.length ? end : undefined;
}
