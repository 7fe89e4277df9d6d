import type { ByteReader } from "../../../util/bytes.ts";
import { ByteWriter } from "../../../util/bytes.ts";

/** DigitallySigned (RFC 5246 §4.7): the scheme is hash and signature algorithm read as one code point. */
export interface DigitallySigned {
  readonly scheme: number;
  readonly signature: Uint8Array;
}

export function readDigitallySigned(reader: ByteReader): DigitallySigned {
  const scheme = reader.uint16();
  const signature = reader.vector(2, 1);
  return { scheme, signature };
}

export function encodeDigitallySigned({ scheme, signature }: DigitallySigned): Uint8Array {
  return new ByteWriter().uint16(scheme).vector(2, signature).finish();
}
