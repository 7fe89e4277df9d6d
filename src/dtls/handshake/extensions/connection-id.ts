import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/** connection_id (RFC 9146 §3): what its sender wants to see in the records sent to it; empty: nothing. */
export function decodeConnectionId(data: Uint8Array): Uint8Array {
  const reader = new ByteReader(data, "connection_id");
  const connectionId = reader.vector(1);
  reader.end();
  return connectionId;
}

export function encodeConnectionId(connectionId: Uint8Array): Uint8Array {
  return new ByteWriter().vector(1, connectionId).finish();
}
