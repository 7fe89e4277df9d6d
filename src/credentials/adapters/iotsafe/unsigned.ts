import type { ByteReader } from "../../../util/bytes.ts";

/** A big-endian number of 1 to 4 bytes; fails at the reader's place otherwise. */
export function unsigned(value: Uint8Array, reader: ByteReader): number {
  if (value.length < 1 || value.length > 4) reader.fail(`number of ${value.length} bytes, 1 to 4 expected`);
  return value.reduce((sum, byte) => sum * 0x100 + byte, 0);
}
