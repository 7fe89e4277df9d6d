import { concatBytes } from "../../util/bytes.ts";
import type { LengthMode } from "./command-apdu.ts";
import { Refusal, StatusWord } from "./status-word.ts";
import { Tag } from "./tags.ts";

/** One data object: every IoT SAFE tag is a single byte. */
export interface Tlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Tag, length and what there is of the value: `value` is shorter than `length` when the rest is yet to come. */
interface OpenTlv {
  readonly tag: number;
  readonly length: number;
  readonly value: Uint8Array;
  readonly end: number;
}

/** All data objects of a command, nothing left over; refuses with 6A80. */
export function readTlvs(data: Uint8Array, mode: LengthMode): Tlv[] {
  const tlvs: Tlv[] = [];
  for (let at = 0; at < data.length; ) {
    const tlv = readOpenTlv(data, at, mode);
    if (tlv.value.length < tlv.length) throw new Refusal(StatusWord.wrongData);
    tlvs.push({ tag: tlv.tag, value: tlv.value });
    at = tlv.end;
  }
  return tlvs;
}

/** One data object whose value may go on in later commands. */
export function readOpenTlv(data: Uint8Array, at: number, mode: LengthMode): OpenTlv {
  const tag = byteAt(data, at);
  const { length, size } = readLength(data, at + 1, tag, mode);
  const start = at + 1 + size;
  const value = data.subarray(start, start + length);
  return { tag, length, value, end: start + value.length };
}

function readLength(data: Uint8Array, at: number, tag: number, mode: LengthMode): { length: number; size: number } {
  const first = byteAt(data, at);
  // A signature's length comes in one byte or in two: 33 40 or 33 00 40.
  if (tag === Tag.signature && first === 0) return { length: byteAt(data, at + 1), size: 2 };
  if (first < 0x80) return { length: first, size: 1 };
  if (first === 0x81) return { length: byteAt(data, at + 1), size: 2 };
  if (first === 0x82) return { length: byteAt(data, at + 1) * 0x100 + byteAt(data, at + 2), size: 3 };
  // Hosts that know one-byte lengths only write 80 to FF as they are.
  if (mode === "lenient") return { length: first, size: 1 };
  throw new Refusal(StatusWord.wrongData);
}

function byteAt(data: Uint8Array, at: number): number {
  const byte = data[at];
  if (byte === undefined) throw new Refusal(StatusWord.wrongData);
  return byte;
}

/** Encodes one data object; the length takes one byte up to 7F, then 81 xx and 82 xx xx. */
export function tlv(tag: number, value: Uint8Array | number): Uint8Array {
  const bytes = typeof value === "number" ? Uint8Array.of(value) : value;
  return concatBytes([Uint8Array.of(tag, ...encodeLength(bytes.length)), bytes]);
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

/** The only object with `tag`; refuses with 6A80 when it is missing or there twice. */
export function one(tlvs: readonly Tlv[], tag: number): Uint8Array {
  const value = atMostOne(tlvs, tag);
  if (value === undefined) throw new Refusal(StatusWord.wrongData);
  return value;
}

export function atMostOne(tlvs: readonly Tlv[], tag: number): Uint8Array | undefined {
  const found = tlvs.filter((candidate) => candidate.tag === tag);
  if (found.length > 1) throw new Refusal(StatusWord.wrongData);
  return found[0]?.value;
}

/** Refuses with 6A80 when an object has a tag that the command does not know. */
export function allow(tlvs: readonly Tlv[], tags: readonly number[]): void {
  if (tlvs.some(({ tag }) => !tags.includes(tag))) throw new Refusal(StatusWord.wrongData);
}
