import { DecodeError } from "./coded-error.ts";

/** Reads big-endian fields in order and never past the given range; every failure is a DecodeError with the offset. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #offset = 0;

  /** `what` names the structure in error messages, for example "ServerHello". */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  uint24(): number {
    const at = this.#take(3);
    return this.#view.getUint16(at) * 0x100 + this.#view.getUint8(at + 2);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** DTLS record sequence numbers; 48 bits fit a JavaScript number exactly. */
  uint48(): number {
    const at = this.#take(6);
    return this.#view.getUint16(at) * 0x1_0000_0000 + this.#view.getUint32(at + 2);
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** A vector with a length field of 1, 2 or 3 bytes and at least `min` bytes of content. */
  vector(lengthBytes: 1 | 2 | 3, min = 0): Uint8Array {
    const length = lengthBytes === 1 ? this.uint8() : lengthBytes === 2 ? this.uint16() : this.uint24();
    if (length < min) this.fail(`vector of ${length} bytes, at least ${min} expected`);
    return this.bytes(length);
  }

  /** Call at the end of a structure that allows nothing after it. */
  end(): void {
    if (this.remaining !== 0) this.fail(`${this.remaining} bytes too many`);
  }

  fail(problem: string): never {
    throw new DecodeError(`${this.#what}: ${problem}`, this.#offset);
  }

  #take(length: number): number {
    if (length > this.remaining) this.fail(`${length} bytes expected, ${this.remaining} left`);
    const at = this.#offset;
    this.#offset += length;
    return at;
  }
}

/** Collects big-endian fields; the counterpart of ByteReader. */
export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  uint8(value: number): this {
    return this.#uint(value, 1);
  }

  uint16(value: number): this {
    return this.#uint(value, 2);
  }

  uint24(value: number): this {
    return this.#uint(value, 3);
  }

  uint32(value: number): this {
    return this.#uint(value, 4);
  }

  uint48(value: number): this {
    return this.#uint(value, 6);
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#extend(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  vector(lengthBytes: 1 | 2 | 3, content: Uint8Array): this {
    if (content.length >= 2 ** (8 * lengthBytes)) throw new RangeError(`vector of ${content.length} bytes is too long`);
    return this.#uint(content.length, lengthBytes).bytes(content);
  }

  /** A copy: the writer may be written to afterwards. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #uint(value: number, length: number): this {
    const at = this.#extend(length);
    let rest = value;
    for (let i = at + length - 1; i >= at; i--) {
      this.#bytes[i] = rest % 0x100;
      rest = Math.floor(rest / 0x100);
    }
    return this;
  }

  /** Makes room and gives the place of what comes next. */
  #extend(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Not for secrets: see crypto/equal.ts for comparison in constant time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += hexDigits[byte];
  return hex;
}

/** Takes either letter case; throws DecodeError on anything that is not an even number of hexadecimal digits. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new DecodeError("hexadecimal text with an odd number of digits", hex.length);
  const bad = hex.search(/[^0-9a-fA-F]/);
  if (bad >= 0) throw new DecodeError("not a hexadecimal digit", bad);
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** Strict UTF-8: malformed input is a DecodeError, never a replacement character. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new DecodeError(`${what}: not UTF-8`, 0, { cause });
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}
