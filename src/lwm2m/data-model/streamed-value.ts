import { ContentFormat } from "../../formats/content-format.ts";
import type { Path } from "../../formats/path.ts";
import { ByteReader } from "../../util/bytes.ts";
import { DecodeError } from "../../util/coded-error.ts";

/** Reads what stands before the bytes of the value and gives their number; undefined: the value is all there is. */
type Header = (reader: ByteReader) => number | undefined;

/** The bytes of one opaque value in opaque, TLV or CBOR format, taken out of its frame while it comes. */
export class StreamedValue {
  readonly #readHeader: Header;
  #begun = false;
  #left: number | undefined;

  /** Undefined for formats whose frame is not at the front alone, such as SenML and base64. */
  static framed(contentFormat: number | undefined, path: Path): StreamedValue | undefined {
    const header = headers.get(contentFormat ?? -1)?.(path[2] ?? -1);
    return header && new StreamedValue(header);
  }

  private constructor(readHeader: Header) {
    this.#readHeader = readHeader;
  }

  /** The part of the value in these bytes; the first ones must hold the frame whole. Throws DecodeError. */
  take(bytes: Uint8Array): Uint8Array {
    const reader = new ByteReader(bytes, "opaque value");
    if (!this.#begun) this.#left = this.#readHeader(reader);
    this.#begun = true;
    const value = reader.rest();
    if (this.#left === undefined) return value;
    if (value.length > this.#left) reader.fail(`${value.length - this.#left} bytes beyond the value`);
    this.#left -= value.length;
    return value;
  }

  /** Throws DecodeError when the frame promises more than came. */
  end(): void {
    if (this.#left) throw new DecodeError(`opaque value: ${this.#left} bytes are missing`, 0);
  }
}

const headers = new Map<number, (resource: number) => Header>([
  [ContentFormat.opaque, () => () => undefined],
  [ContentFormat.cbor, () => cborHeader],
  [ContentFormat.tlv, (resource) => (reader) => tlvHeader(reader, resource)],
]);

/** A byte string of definite length (RFC 8949 §3.1). */
function cborHeader(reader: ByteReader): number {
  const initial = reader.uint8();
  const short = initial & 0x1f;
  if (initial >> 5 !== 2) return reader.fail("byte string expected");
  if (short < 24) return short;
  if (short === 24) return reader.uint8();
  if (short === 25) return reader.uint16();
  return short === 26 ? reader.uint32() : reader.fail("a byte string of definite length expected");
}

/** A resource with value (OMA LwM2M Core 1.2 §7.4.3). */
function tlvHeader(reader: ByteReader, resource: number): number {
  const type = reader.uint8();
  if (type >> 6 !== 3) reader.fail("a resource with value expected");
  const id = type & 0x20 ? reader.uint16() : reader.uint8();
  if (id !== resource) reader.fail(`resource ${resource} expected, ${id} came`);
  const lengthBytes = (type >> 3) & 3;
  if (lengthBytes === 0) return type & 7;
  return lengthBytes === 1 ? reader.uint8() : lengthBytes === 2 ? reader.uint16() : reader.uint24();
}
