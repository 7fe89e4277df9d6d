import { ByteReader } from "../../../util/bytes.ts";

/** ServerHelloDone (RFC 5246 §7.4.5) has no content; anything in it is a DecodeError. */
export function decodeServerHelloDone(body: Uint8Array): void {
  new ByteReader(body, "ServerHelloDone").end();
}

export function encodeServerHelloDone(): Uint8Array {
  return new Uint8Array();
}
