import type { ByteReader } from "../../../util/bytes.ts";
import { ByteWriter } from "../../../util/bytes.ts";

const namedCurve = 3;

/** ServerECDHParams with a named curve (RFC 8422 §5.4); other curve types are a DecodeError, as the RFC removed them. */
export interface EcParameters {
  /** A NamedGroup code point, perhaps an unknown one. */
  readonly group: number;
  /** The peer's ephemeral public key in wire form. */
  readonly publicKey: Uint8Array;
}

export function readEcParameters(reader: ByteReader): EcParameters {
  const curveType = reader.uint8();
  if (curveType !== namedCurve) reader.fail(`curve_type ${curveType}, named_curve (3) expected`);
  const group = reader.uint16();
  const publicKey = reader.vector(1, 1);
  return { group, publicKey };
}

export function encodeEcParameters({ group, publicKey }: EcParameters): Uint8Array {
  return new ByteWriter().uint8(namedCurve).uint16(group).vector(1, publicKey).finish();
}
