import { ByteReader, type ByteWriter } from "../util/bytes.ts";

/** Bits 7..6 of the type byte (OMA LwM2M Core 1.2 §7.4.3). */
export const TlvKind = {
  objectInstance: 0b00,
  resourceInstance: 0b01,
  multipleResource: 0b10,
  resource: 0b11,
} as const;
export type TlvKind = (typeof TlvKind)[keyof typeof TlvKind];

export interface TlvEntry {
  readonly kind: TlvKind;
  readonly id: number;
  readonly value: Uint8Array;
  /** Where the value starts in what was read. */
  readonly offset: number;
}

const kinds: readonly TlvKind[] = [
  TlvKind.objectInstance,
  TlvKind.resourceInstance,
  TlvKind.multipleResource,
  TlvKind.resource,
];
const WIDE_ID = 0x20;

/** Splits one level; the values of containers are split by calling again. Throws DecodeError. */
export function readTlvEntries(bytes: Uint8Array): TlvEntry[] {
  const reader = new ByteReader(bytes, "TLV");
  const entries: TlvEntry[] = [];
  while (reader.remaining > 0) entries.push(readEntry(reader));
  return entries;
}

/** The shortest form: 8-bit id and length in the type byte where they fit. Throws RangeError from 2^24 bytes on. */
export function writeTlvEntry(writer: ByteWriter, kind: TlvKind, id: number, value: Uint8Array): void {
  const lengthBytes = value.length < 8 ? 0 : value.length < 0x100 ? 1 : value.length < 0x10000 ? 2 : 3;
  const inline = lengthBytes === 0 ? value.length : 0;
  writer.uint8((kind << 6) | (id > 0xff ? WIDE_ID : 0) | (lengthBytes << 3) | inline);
  if (id > 0xff) writer.uint16(id);
  else writer.uint8(id);
  if (lengthBytes === 0) writer.bytes(value);
  else writer.vector(lengthBytes, value);
}

function readEntry(reader: ByteReader): TlvEntry {
  const head = reader.uint8();
  const kind = kinds[head >> 6] ?? reader.fail("no such kind");
  const id = (head & WIDE_ID) !== 0 ? reader.uint16() : reader.uint8();
  if (id === 0xffff) reader.fail("id 65535 is reserved");
  const length = readLength(reader, (head >> 3) & 0b11, head & 0b111);
  const offset = reader.offset;
  return { kind, id, value: reader.bytes(length), offset };
}

function readLength(reader: ByteReader, lengthBytes: number, inline: number): number {
  if (lengthBytes === 0) return inline;
  if (inline !== 0) reader.fail("bits 2..0 must be 0 beside a length field");
  return lengthBytes === 1 ? reader.uint8() : lengthBytes === 2 ? reader.uint16() : reader.uint24();
}
