import { derToRaw, rawToDer } from "../../../crypto/ecdsa.ts";
import { readLength } from "../../../smartcard/ber-tlv.ts";
import { ByteReader } from "../../../util/bytes.ts";
import { Tag } from "./object-tags.ts";

const coordinateLength = 32;

/**
 * The answer to COMPUTE SIGNATURE UPDATE as an ECDSA signature in DER. Tag 33 comes with a length of one byte or, on some
 * cards, of two (`33 00 40`); its value is r and s of 32 bytes each or, on some applets, DER already. 64 bytes are taken as
 * r and s: DER of just that length would need r and s to be short together, one chance in 2^48. Throws DecodeError.
 */
export function parseSignature(bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes, "IoT SAFE signature");
  const tag = reader.uint8();
  if (tag !== Tag.signature) reader.fail(`tag 33 expected, ${tag.toString(16)} came`);
  const value = reader.bytes(signatureLength(reader, bytes[1] === 0));
  reader.end();
  const raw = value.length === 2 * coordinateLength ? value : derToRaw(value, coordinateLength);
  return rawToDer(raw);
}

function signatureLength(reader: ByteReader, twoBytes: boolean): number {
  return twoBytes ? reader.uint16() : readLength(reader);
}
