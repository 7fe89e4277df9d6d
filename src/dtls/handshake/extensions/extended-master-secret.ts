import { ByteReader } from "../../../util/bytes.ts";

/** extended_master_secret (RFC 7627 §5.1) has no content; anything in it is a DecodeError. */
export function decodeExtendedMasterSecret(data: Uint8Array): void {
  new ByteReader(data, "extended_master_secret").end();
}

export function encodeExtendedMasterSecret(): Uint8Array {
  return new Uint8Array();
}
