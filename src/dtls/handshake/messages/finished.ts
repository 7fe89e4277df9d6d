import { ByteReader } from "../../../util/bytes.ts";

/** verify_data of every suite we have (RFC 5246 §7.4.9). */
export const verifyDataBytes = 12;

/** Finished: its body is verify_data alone. */
export interface Finished {
  readonly verifyData: Uint8Array;
}

export function decodeFinished(body: Uint8Array): Finished {
  const reader = new ByteReader(body, "Finished");
  const verifyData = reader.bytes(verifyDataBytes);
  reader.end();
  return { verifyData };
}

export function encodeFinished({ verifyData }: Finished): Uint8Array {
  return verifyData;
}
