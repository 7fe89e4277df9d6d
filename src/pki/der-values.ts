import { DecodeError } from "../util/coded-error.ts";
import { daysSince1970 } from "./calendar.ts";
import { type DerElement, DerTag } from "./der.ts";

/** Values of DER elements, each in its one allowed spelling. All throw DecodeError. */

export function booleanOf(element: DerElement): boolean {
  const [value] = element.content;
  if (element.content.length !== 1 || (value !== 0 && value !== 0xff)) return bad(element, "BOOLEAN is not 00 or FF");
  return value === 0xff;
}

/** The two's complement content of an INTEGER in its shortest form. */
export function integerBytes(element: DerElement): Uint8Array {
  const [first, second] = element.content;
  if (first === undefined) return bad(element, "INTEGER without content");
  const padded = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  return padded ? bad(element, "INTEGER not in its shortest form") : element.content;
}

/** A number from 0 to 2^31 - 1. */
export function smallInteger(element: DerElement): number {
  const bytes = integerBytes(element);
  if ((bytes[0] ?? 0) >= 0x80 || bytes.length > 4) return bad(element, "INTEGER negative or too large");
  return bytes.reduce((value, byte) => value * 0x100 + byte, 0);
}

/** A BIT STRING of whole bytes. */
export function bitStringBytes(element: DerElement): Uint8Array {
  if (element.content[0] !== 0) return bad(element, "BIT STRING is not of whole bytes");
  return element.content.subarray(1);
}

/** A named bit list: bit 0 is the first one. Trailing zero bits are not allowed (X.690 §11.2.2). */
export function namedBits(element: DerElement): ReadonlySet<number> {
  const [unused, ...bytes] = element.content;
  const last = bytes.at(-1) ?? 0;
  if (unused === undefined || unused > 7 || (bytes.length === 0 && unused !== 0))
    return bad(element, "BIT STRING with a bad count of unused bits");
  if (bytes.length > 0 && (last === 0 || last & ((1 << unused) - 1) || !(last & (1 << unused))))
    return bad(element, "named bits end in zeros");
  return new Set(
    bytes.flatMap((byte, i) => [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => byte & (0x80 >> n)).map((n) => 8 * i + n)),
  );
}

/** An OBJECT IDENTIFIER in dotted form. */
export function oidOf(element: DerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  let started = false;
  for (const byte of element.content) {
    if (!started && byte === 0x80) return bad(element, "OBJECT IDENTIFIER with a padded arc");
    arc = arc * 0x80 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 0x100) return bad(element, "OBJECT IDENTIFIER with an absurd arc");
    started = byte >= 0x80;
    if (started) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first, ...rest] = arcs;
  if (first === undefined || started) return bad(element, "OBJECT IDENTIFIER ends too early");
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - 40 * top, ...rest].join(".");
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 profiles them, in milliseconds since 1970. */
export function timeOf(element: DerElement): number {
  const text = String.fromCharCode(...element.content.subarray(0, 16));
  const isUtc = element.tag === DerTag.utcTime;
  if (!isUtc && element.tag !== DerTag.generalizedTime) return bad(element, "time expected");
  if (!(isUtc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) return bad(element, "time not of the form YYMMDDhhmmssZ");
  const yearDigits = isUtc ? 2 : 4;
  const twoDigits = (at: number): number => Number(text.slice(yearDigits + at, yearDigits + at + 2));
  const shortYear = Number(text.slice(0, yearDigits));
  const year = isUtc ? shortYear + (shortYear < 50 ? 2000 : 1900) : shortYear;
  const [month, day, hour, minute, second] = [twoDigits(0), twoDigits(2), twoDigits(4), twoDigits(6), twoDigits(8)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
    return bad(element, "no such date or time");
  return ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function bad(element: DerElement, problem: string): never {
  throw new DecodeError(problem, element.offset);
}
