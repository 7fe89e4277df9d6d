import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/** The suite value that says the same as an empty renegotiation_info (RFC 5746 §3.3). */
export const TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff;

/** renegotiation_info (RFC 5746 §3.2): empty in every handshake of ours, because we never renegotiate. */
export function decodeRenegotiationInfo(data: Uint8Array): Uint8Array {
  const reader = new ByteReader(data, "renegotiation_info");
  const renegotiatedConnection = reader.vector(1);
  reader.end();
  return renegotiatedConnection;
}

export function encodeRenegotiationInfo(renegotiatedConnection: Uint8Array): Uint8Array {
  return new ByteWriter().vector(1, renegotiatedConnection).finish();
}
