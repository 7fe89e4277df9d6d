import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/** A vector of at least one 16-bit code point, the shape that several extensions share; nothing may follow it. */
export function decodeUint16List(data: Uint8Array, what: string): readonly number[] {
  const outer = new ByteReader(data, what);
  const list = new ByteReader(outer.vector(2, 2), what);
  outer.end();
  return readUint16s(list);
}

export function encodeUint16List(values: readonly number[]): Uint8Array {
  const list = new ByteWriter();
  for (const value of values) list.uint16(value);
  return new ByteWriter().vector(2, list.finish()).finish();
}

/** Code points up to the end of `reader`; an odd byte at the end is a DecodeError. */
export function readUint16s(reader: ByteReader): readonly number[] {
  const values: number[] = [];
  while (reader.remaining > 0) values.push(reader.uint16());
  return values;
}
