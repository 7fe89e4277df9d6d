import { type ByteReader, ByteWriter } from "../util/bytes.ts";

/** A data object with a one-byte tag, as cards and DER use them. */
export interface Tlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

/**
 * Reads one TLV with a one-byte tag and a definite length of one to four bytes (ISO 7816-4 §5.2.2.2, X.690 §8.1.3).
 * Long lengths need not be minimal, as BER allows. Throws DecodeError.
 */
export function readTlv(reader: ByteReader): Tlv {
  const tag = reader.uint8();
  return { tag, value: reader.bytes(readLength(reader)) };
}

/** As `readTlv`, and the tag has to be this one. */
export function expectTlv(reader: ByteReader, tag: number): Uint8Array {
  const found = readTlv(reader);
  if (found.tag !== tag) reader.fail(`tag ${hexByte(tag)} expected, ${hexByte(found.tag)} came`);
  return found.value;
}

export function encodeTlv(tag: number, value: Uint8Array): Uint8Array {
  const writer = new ByteWriter().uint8(tag);
  if (value.length < 0x80) writer.uint8(value.length);
  else if (value.length < 0x100) writer.uint8(0x81).uint8(value.length);
  else if (value.length < 0x1_0000) writer.uint8(0x82).uint16(value.length);
  else writer.uint8(0x83).uint24(value.length);
  return writer.bytes(value).finish();
}

/** The length field alone. Throws DecodeError. */
export function readLength(reader: ByteReader): number {
  const first = reader.uint8();
  if (first < 0x80) return first;
  if (first === 0x81) return reader.uint8();
  if (first === 0x82) return reader.uint16();
  if (first === 0x83) return reader.uint24();
  return reader.fail(`length byte ${hexByte(first)}, a definite length of at most 3 bytes expected`);
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
