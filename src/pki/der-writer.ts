import { ByteWriter, concatBytes, encodeUtf8, fromHex } from "../util/bytes.ts";
import { DerTag } from "./der.ts";

/** One DER element (X.690 §8.1) around content that is DER already. */
export function derElement(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(content);
  return concatBytes([Uint8Array.of(tag), lengthOctets(body.length), body]);
}

export function derSequence(...content: readonly Uint8Array[]): Uint8Array {
  return derElement(DerTag.sequence, ...content);
}

/** A SET OF: its elements in the order of their encodings (X.690 §11.6). `tag` for one with an implicit tag. */
export function derSetOf(elements: readonly Uint8Array[], tag: number = DerTag.set): Uint8Array {
  return derElement(tag, ...[...elements].sort(compareEncodings));
}

/** A number from 0 to 127: versions and the like. */
export function derSmallInteger(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0x7f) throw new RangeError(`${value} is not from 0 to 127`);
  return derElement(DerTag.integer, Uint8Array.of(value));
}

export function derOctetString(content: Uint8Array): Uint8Array {
  return derElement(DerTag.octetString, content);
}

/** A BIT STRING of whole bytes. */
export function derBitString(bytes: Uint8Array): Uint8Array {
  return derElement(DerTag.bitString, Uint8Array.of(0), bytes);
}

/** A named bit list without trailing zero bits (X.690 §11.2.2). `bits`: 0 is the first one. */
export function derNamedBits(bits: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...bits);
  const bytes = new Uint8Array((highest + 8) >> 3);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return derElement(DerTag.bitString, Uint8Array.of(8 * bytes.length - (highest + 1)), bytes);
}

/** An OBJECT IDENTIFIER in dotted form. Throws RangeError for text that is none. */
export function derOid(dotted: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9]\d{0,14}))+$/.test(dotted)) throw new RangeError(`"${dotted}" is not an object identifier`);
  const [top = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return derElement(DerTag.oid, ...[40 * top + second, ...rest].map(base128));
}

export const derTrue: Uint8Array = Uint8Array.of(DerTag.boolean, 1, 0xff);

const printableString = 0x13;
const utf8String = 0x0c;

/** A PrintableString where the text fits in one, else a UTF8String (RFC 5280 §4.1.2.4). */
export function derText(text: string): Uint8Array {
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? printableString : utf8String;
  return derElement(tag, encodeUtf8(text));
}

/** X.690 §11.6: compared as octet strings; a shorter one is padded with zeros at its end. */
function compareEncodings(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function base128(arc: number): Uint8Array {
  const digits = [arc % 0x80];
  for (let rest = Math.floor(arc / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
    digits.unshift((rest % 0x80) | 0x80);
  return Uint8Array.from(digits);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const hex = length.toString(16);
  const bytes = fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
  return new ByteWriter()
    .uint8(0x80 | bytes.length)
    .bytes(bytes)
    .finish();
}
