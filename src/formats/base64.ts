import { DecodeError } from "../util/coded-error.ts";

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648 §4: standard alphabet, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encode(bytes, STANDARD);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** RFC 4648 §5: URL alphabet, no padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, URL);
}

/** Strict: padding required, no white space, no bits left over. Throws DecodeError. */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new DecodeError("base64: length is not a multiple of 4", text.length);
  return decode(text.replace(/={1,2}$/, ""), STANDARD);
}

/** As `decodeBase64` with the URL alphabet; padding may be there or not. */
export function decodeBase64Url(text: string): Uint8Array {
  const bare = text.replace(/={1,2}$/, "");
  if (bare !== text && text.length % 4 !== 0) throw new DecodeError("base64url: wrong padding", text.length);
  return decode(bare, URL);
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; count -= 6) text += alphabet[(bits >> (count - 6)) & 0x3f];
    bits &= 0xff;
  }
  return count === 0 ? text : text + alphabet[(bits << (6 - count)) & 0x3f];
}

function decode(text: string, alphabet: string): Uint8Array {
  if (text.length % 4 === 1) throw new DecodeError("base64: one character too many", text.length);
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = alphabet.indexOf(text.charAt(i));
    if (digit < 0) throw new DecodeError("base64: character outside the alphabet", i);
    bits = ((bits & 0x3f) << 6) | digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = (bits >> count) & 0xff;
    }
  }
  if ((bits & ((1 << count) - 1)) !== 0) throw new DecodeError("base64: bits left over", text.length);
  return bytes;
}
