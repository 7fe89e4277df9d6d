import { concatBytes, encodeUtf8 } from "../../src/util/bytes.ts";

/** One DER element; for tests that build structures by hand, also wrong ones. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(content);
  return concatBytes([Uint8Array.of(tag), derLength(body.length), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Uint8Array => der(0x30, ...content);
export const set = (...content: readonly Uint8Array[]): Uint8Array => der(0x31, ...content);
export const text = (tag: number, value: string): Uint8Array => der(tag, encodeUtf8(value));

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, ...[first * 40 + second, ...rest].map(base128));
}

function base128(value: number): Uint8Array {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return Uint8Array.from(digits);
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  return length < 0x100 ? Uint8Array.of(0x81, length) : Uint8Array.of(0x82, length >> 8, length & 0xff);
}
