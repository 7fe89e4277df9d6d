import { decodeUint16List, encodeUint16List } from "./uint16-list.ts";

/** signature_algorithms (RFC 5246 §7.4.1.4.1): hash and signature bytes read as one code point, unknown ones included. */
export function decodeSignatureAlgorithms(data: Uint8Array): readonly number[] {
  return decodeUint16List(data, "signature_algorithms");
}

export function encodeSignatureAlgorithms(schemes: readonly number[]): Uint8Array {
  return encodeUint16List(schemes);
}
