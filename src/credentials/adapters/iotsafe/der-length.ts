import { readLength } from "../../../smartcard/ber-tlv.ts";
import { ByteReader } from "../../../util/bytes.ts";
import { DecodeError } from "../../../util/coded-error.ts";

/** How long the DER SEQUENCE is that begins here, header included; undefined when this does not begin one. */
export function derSequenceLength(bytes: Uint8Array): number | undefined {
  const reader = new ByteReader(bytes, "DER");
  try {
    if (reader.uint8() !== 0x30) return undefined;
    const length = readLength(reader);
    return reader.offset + length;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
