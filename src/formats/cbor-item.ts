import * as cborg from "cborg";
import { decodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { Decimal } from "./decimal.ts";

/** Decoded CBOR (RFC 8949): all numbers are Decimal, maps keep their key types. */
export type CborItem = null | boolean | string | Uint8Array | Decimal | readonly CborItem[] | CborMap;
export type CborMap = ReadonlyMap<CborItem | number, CborItem>;

/** A number that is written as a float even when it is whole: readers may take the type from it, as Leshan does. */
export class CborFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What we encode. A whole `number` becomes an integer. */
export type EncodableCbor =
  | null
  | boolean
  | string
  | Uint8Array
  | number
  | bigint
  | CborFloat
  | readonly EncodableCbor[]
  | ReadonlyMap<number | string, EncodableCbor>;

const MAX_DEPTH = 16;
const MAX_ITEMS = 100_000;

export function encodeCborItem(item: EncodableCbor): Uint8Array {
  return cborg.encode(item, { mapSorter: keepOrder, typeEncoders: { Object: floatToken } });
}

/**
 * Decodes one item that fills `bytes`. Refused: trailing bytes, duplicate keys, NaN and infinities, undefined, tags other than 1
 * (time) and 4 (decimal fraction), text that is not UTF-8, more than 16 levels. Throws DecodeError.
 */
export function decodeCborItem(bytes: Uint8Array, what: string): CborItem {
  const tokenizer = new BoundedTokenizer(bytes, options);
  try {
    return narrow(cborg.decode(bytes, { ...options, tokenizer }), what);
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    throw new DecodeError(`${what}: ${cause instanceof Error ? cause.message : "not CBOR"}`, tokenizer.pos(), {
      cause,
    });
  }
}

/** Records read better with the base name first; LwM2M asks for no order. */
const keepOrder = () => 0;

/** Null: what is no CborFloat has the usual encoding. */
function floatToken(item: unknown): cborg.Token | null {
  return item instanceof CborFloat ? new cborg.Token(cborg.Type.float, item.value) : null;
}

const options: cborg.DecodeOptions = {
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: true,
  allowUndefined: false,
  allowBigInt: true,
  allowNaN: false,
  allowInfinity: false,
  retainStringBytes: true,
  tags: { 1: (decode) => decode(), 4: (decode) => decimalFraction(decode()) },
};

/** Counts levels and items, which cborg does not, and looks at text as bytes, which cborg would repair silently. */
class BoundedTokenizer extends cborg.Tokenizer {
  readonly #open: number[] = [];
  #items = 0;
  #tags = 0;

  override next(): cborg.Token {
    const token = super.next();
    if (++this.#items > MAX_ITEMS) throw new DecodeError(`CBOR: more than ${MAX_ITEMS} items`, this.pos());
    if (token.byteValue) decodeUtf8(token.byteValue, "CBOR text");
    this.#follow(token);
    if (this.#open.length > MAX_DEPTH) throw new DecodeError(`CBOR: more than ${MAX_DEPTH} levels`, this.pos());
    return token;
  }

  #follow(token: cborg.Token): void {
    if (cborg.Type.equals(token.type, cborg.Type.tag)) {
      if (++this.#tags > 1) throw new DecodeError("CBOR: tag on a tag", this.pos());
      return;
    }
    this.#tags = 0;
    if (cborg.Type.equals(token.type, cborg.Type.break)) this.#open.pop();
    else this.#count(token);
    while (this.#open.at(-1) === 0) this.#open.pop();
  }

  #count(token: cborg.Token): void {
    const last = this.#open.length - 1;
    if (last >= 0) this.#open[last] = (this.#open[last] ?? 0) - 1;
    const size: unknown = token.value;
    if (cborg.Type.equals(token.type, cborg.Type.array)) this.#open.push(Number(size));
    if (cborg.Type.equals(token.type, cborg.Type.map)) this.#open.push(2 * Number(size));
  }
}

/** RFC 8949 §3.4.4: [exponent, mantissa]. */
function decimalFraction(content: unknown): Decimal {
  const [exponent, mantissa] = Array.isArray(content) && content.length === 2 ? content : [];
  const isWhole = typeof mantissa === "bigint" || Number.isSafeInteger(mantissa);
  const decimal = Number.isSafeInteger(exponent) && isWhole ? Decimal.parse(`${mantissa}e${exponent}`) : undefined;
  if (!decimal) throw new DecodeError("CBOR: decimal fraction expected below tag 4", 0);
  return decimal;
}

function narrow(value: unknown, what: string): CborItem {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return Decimal.of(value);
  if (value instanceof Uint8Array || value instanceof Decimal) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => narrow(item, what));
  if (value instanceof Map) return narrowMap(value, what);
  throw new DecodeError(`${what}: unexpected item`, 0);
}

function narrowMap(map: ReadonlyMap<unknown, unknown>, what: string): CborMap {
  const narrowed = new Map<CborItem | number, CborItem>();
  for (const [key, value] of map) narrowed.set(typeof key === "number" ? key : narrow(key, what), narrow(value, what));
  return narrowed;
}
