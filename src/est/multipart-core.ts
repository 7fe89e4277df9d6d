import { decodeCborItem, encodeCborItem } from "../formats/cbor-item.ts";
import { Decimal } from "../formats/decimal.ts";
import { DecodeError } from "../util/coded-error.ts";

export interface MultipartPart {
  /** Content-Format number. */
  readonly format: number;
  readonly content: Uint8Array;
}

/** application/multipart-core (RFC 8710 §2): a CBOR array of formats and contents in turn. Throws DecodeError. */
export function parseMultipartCore(bytes: Uint8Array): readonly MultipartPart[] {
  const items = decodeCborItem(bytes, "multipart-core");
  if (!Array.isArray(items) || items.length % 2 !== 0) throw malformed("an array of pairs is expected");
  const parts: MultipartPart[] = [];
  for (let i = 0; i < items.length; i += 2) parts.push(readPart(items[i], items[i + 1]));
  return parts;
}

export function encodeMultipartCore(parts: readonly MultipartPart[]): Uint8Array {
  return encodeCborItem(parts.flatMap(({ format, content }) => [format, content]));
}

function readPart(format: unknown, content: unknown): MultipartPart {
  const number = format instanceof Decimal ? Number(format.text) : -1;
  if (!Number.isInteger(number) || number < 0 || number > 0xffff) throw malformed("no Content-Format number");
  if (!(content instanceof Uint8Array)) throw malformed("a content is not a byte string");
  return { format: number, content };
}

function malformed(problem: string): DecodeError {
  return new DecodeError(`multipart-core: ${problem}`, 0);
}
