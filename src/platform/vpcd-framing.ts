import { ByteWriter, concatBytes } from "../util/bytes.ts";

/** One-byte messages from the reader's side (vpcd, its README): power off, power on, reset, give the ATR. */
export const VpcdControl = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, atr: 0x04 } as const;

/** A message is a 2-byte big-endian length and that many bytes. */
export function encodeFrame(content: Uint8Array): Uint8Array {
  return new ByteWriter().vector(2, content).finish();
}

/** Cuts a byte stream into messages: TCP may split or join them. Holds one message at most, so at most 64 kB. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** The messages that are complete now. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    let bytes = concatBytes([this.#rest, chunk]);
    for (
      let length = frameLength(bytes);
      length !== undefined && bytes.length >= 2 + length;
      length = frameLength(bytes)
    ) {
      frames.push(bytes.slice(2, 2 + length));
      bytes = bytes.subarray(2 + length);
    }
    this.#rest = bytes.slice();
    return frames;
  }
}

function frameLength(bytes: Uint8Array): number | undefined {
  const [high, low] = bytes;
  return high === undefined || low === undefined ? undefined : (high << 8) | low;
}
