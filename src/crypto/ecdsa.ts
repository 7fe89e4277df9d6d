import { ByteReader, ByteWriter, concatBytes } from "../util/bytes.ts";

const tagInteger = 0x02;
const tagSequence = 0x30;

/**
 * An ECDSA signature r || s (IEEE P1363) as the DER SEQUENCE of two INTEGERs (RFC 3279 §2.2.3).
 * Throws RangeError when the two halves cannot be of one length.
 */
export function rawToDer(raw: Uint8Array): Uint8Array {
  if (raw.length === 0 || raw.length % 2 !== 0) throw new RangeError(`ECDSA signature of ${raw.length} bytes`);
  const half = raw.length / 2;
  const integers = concatBytes([derInteger(raw.subarray(0, half)), derInteger(raw.subarray(half))]);
  return new ByteWriter().uint8(tagSequence).bytes(derLength(integers.length)).bytes(integers).finish();
}

/** The other way round. Strict DER, values that fit `coordinateBytes`; throws DecodeError on all else. */
export function derToRaw(der: Uint8Array, coordinateBytes: number): Uint8Array {
  const outer = new ByteReader(der, "ECDSA signature");
  const inner = new ByteReader(readElement(outer, tagSequence), "ECDSA signature");
  outer.end();
  const r = readInteger(inner, coordinateBytes);
  const s = readInteger(inner, coordinateBytes);
  inner.end();
  return concatBytes([r, s]);
}

function derInteger(unsigned: Uint8Array): Uint8Array {
  let start = 0;
  while (start < unsigned.length - 1 && unsigned[start] === 0) start++;
  const digits = unsigned.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0);
  return concatBytes([Uint8Array.of(tagInteger), derLength(sign.length + digits.length), sign, digits]);
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  return length < 0x100 ? Uint8Array.of(0x81, length) : Uint8Array.of(0x82, length >> 8, length & 0xff);
}

function readElement(reader: ByteReader, tag: number): Uint8Array {
  const found = reader.uint8();
  if (found !== tag) reader.fail(`tag ${tag} expected, ${found} found`);
  return reader.bytes(readLength(reader));
}

/** One length byte, or 81 and a second: enough for every curve there is. */
function readLength(reader: ByteReader): number {
  const first = reader.uint8();
  if (first < 0x80) return first;
  if (first !== 0x81) return reader.fail("length not in DER");
  const length = reader.uint8();
  return length < 0x80 ? reader.fail("length not in its shortest form") : length;
}

function readInteger(reader: ByteReader, coordinateBytes: number): Uint8Array {
  const content = readElement(reader, tagInteger);
  const [first, second] = content;
  if (first === undefined || first >= 0x80) return reader.fail("integer empty or negative");
  if (first === 0 && second !== undefined && second < 0x80) return reader.fail("integer not in its shortest form");
  const digits = first === 0 ? content.subarray(1) : content;
  if (digits.length > coordinateBytes) return reader.fail(`integer longer than ${coordinateBytes} bytes`);
  const padded = new Uint8Array(coordinateBytes);
  padded.set(digits, coordinateBytes - digits.length);
  return padded;
}
