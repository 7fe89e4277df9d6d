import { decodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";

export interface PemBlock {
  /** What stands between "BEGIN " and the dashes, for example "CERTIFICATE". */
  readonly label: string;
  readonly content: Uint8Array;
}

const beginLine = /^-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----$/;
const beginning = "-----BEGIN ";

/** Whether a file is text with a PEM block in it, rather than DER. */
export function looksLikePem(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 64 * 1024);
  return new TextDecoder("latin1").decode(head).includes(beginning);
}

/**
 * The blocks of a PEM file in order (RFC 7468). Text outside of blocks is explanatory and skipped; inside a block nothing
 * but base64 is allowed, save the headers of old encrypted keys, which end in DecodeError as well. Throws DecodeError.
 */
export function parsePem(bytes: Uint8Array): readonly PemBlock[] {
  const lines = decodeUtf8(bytes, "PEM").split(/\r\n|\n|\r/);
  const blocks: PemBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const label = beginLine.exec(trimmedEnd(lines[at]))?.[1];
    if (label === undefined) {
      if (lines[at]?.startsWith(beginning)) throw pemError("malformed BEGIN line", at);
      continue;
    }
    const end = endOfBlock(lines, at, label);
    blocks.push({ label, content: decodeLines(lines.slice(at + 1, end), at + 1) });
    at = end;
  }
  return blocks;
}

function endOfBlock(lines: readonly string[], begin: number, label: string): number {
  for (let at = begin + 1; at < lines.length; at++) {
    const line = trimmedEnd(lines[at]);
    if (line === `-----END ${label}-----`) return at;
    if (line.startsWith("-----")) throw pemError(`END ${label} expected`, at);
  }
  throw pemError(`END ${label} is missing`, lines.length - 1);
}

function decodeLines(lines: readonly string[], firstLine: number): Uint8Array {
  if (lines.some((line) => line.includes(":"))) throw pemError("headers inside a block (an encrypted key?)", firstLine);
  const base64 = lines.map(trimmedEnd).join("");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) throw pemError("not base64", firstLine);
  const bytes = decodeBase64(base64);
  // The unused bits of the last digit must be zero: one spelling for each value.
  return bytes ?? fail(firstLine);
}

function fail(line: number): never {
  throw pemError("base64 with bits left over", line);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitValues = new Map([...alphabet].map((digit, value) => [digit, value]));

/** `text` has been checked for its alphabet and its length. */
function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | (digitValues.get(digit) ?? 0)) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = (bits >> bitCount) & 0xff;
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : undefined;
}

function trimmedEnd(line: string | undefined): string {
  return (line ?? "").trimEnd();
}

function pemError(problem: string, line: number): DecodeError {
  return new DecodeError(`PEM, line ${line + 1}: ${problem}`, 0);
}
