import { decodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";

export interface PemBlock {
  /** What stands between "BEGIN " and the dashes, for example "CERTIFICATE". */
  readonly label: string;
  readonly content: Uint8Array;
}

const beginLine = /^-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----$/;
const beginning = "-----BEGIN";

/** Whether a file is text with a PEM block in it, rather than DER. */
export function looksLikePem(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 64 * 1024);
  return new TextDecoder("latin1").decode(head).includes(beginning);
}

/**
 * The blocks of a PEM file in order (RFC 7468). Text outside of blocks is explanatory and skipped; inside a block nothing
 * but base64 is allowed, so the headers of old encrypted keys are refused. Throws DecodeError.
 */
export function parsePem(bytes: Uint8Array): readonly PemBlock[] {
  const lines = splitLines(decodeUtf8(bytes, "PEM"));
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly body: Line[]; readonly begin: Line } | undefined;
  for (const line of lines) {
    if (open && line.text === `-----END ${open.label}-----`) {
      blocks.push({ label: open.label, content: decodeBody(open.body, open.begin) });
      open = undefined;
    } else if (open) {
      open.body.push(bodyLine(line, open.label));
    } else if (line.text.startsWith(beginning)) {
      open = { label: labelOf(line), body: [], begin: line };
    }
  }
  if (open) throw pemError(`END ${open.label} is missing`, open.begin);
  return blocks;
}

interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  readonly offset: number;
}

function splitLines(text: string): readonly Line[] {
  const matches = [...text.matchAll(/[^\r\n]+/g)];
  let number = 1;
  let counted = 0;
  return matches.map((match) => {
    number += newlines(text.slice(counted, match.index));
    counted = match.index;
    return { text: match[0].trimEnd(), number, offset: match.index };
  });
}

function newlines(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

function labelOf(line: Line): string {
  return beginLine.exec(line.text)?.[1] ?? fail("malformed BEGIN line", line);
}

function bodyLine(line: Line, label: string): Line {
  if (line.text.startsWith("-----")) throw pemError(`END ${label} expected`, line);
  if (line.text.includes(":")) throw pemError("a header inside a block (an encrypted key?)", line);
  return line;
}

function decodeBody(body: readonly Line[], begin: Line): Uint8Array {
  const base64 = body.map((line) => line.text).join("");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) throw pemError("not base64", begin);
  // The unused bits of the last digit must be zero: one spelling for each value.
  return decodeBase64(base64) ?? fail("base64 with bits left over", begin);
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

function fail(problem: string, line: Line): never {
  throw pemError(problem, line);
}

function pemError(problem: string, line: Line): DecodeError {
  return new DecodeError(`PEM, line ${line.number}: ${problem}`, line.offset);
}
