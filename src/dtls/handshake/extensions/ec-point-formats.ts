import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/** The only format there is (RFC 8422 §5.1.2). */
export const uncompressedPoint = 0;

/** ec_point_formats: every list must contain `uncompressedPoint`; the caller checks. */
export function decodeEcPointFormats(data: Uint8Array): readonly number[] {
  const reader = new ByteReader(data, "ec_point_formats");
  const formats = reader.vector(1, 1);
  reader.end();
  return [...formats];
}

export function encodeEcPointFormats(formats: readonly number[]): Uint8Array {
  return new ByteWriter().vector(1, Uint8Array.from(formats)).finish();
}
