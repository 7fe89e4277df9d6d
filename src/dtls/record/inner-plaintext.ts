import { ByteWriter } from "../../util/bytes.ts";

/** What a record with a Connection ID protects: the content, its real type, and zeros that hide its length (RFC 9146 §4). */
export interface InnerPlaintext {
  /** As received; never 0. */
  readonly type: number;
  readonly content: Uint8Array;
}

/** Undefined when nothing but zeros came: such a record has no type and is dropped like one that is not authentic. */
export function decodeInnerPlaintext(bytes: Uint8Array): InnerPlaintext | undefined {
  const at = bytes.findLastIndex((byte) => byte !== 0);
  const type = bytes[at];
  return type === undefined ? undefined : { type, content: bytes.subarray(0, at) };
}

export function encodeInnerPlaintext({ type, content }: InnerPlaintext, paddingBytes = 0): Uint8Array {
  return new ByteWriter().bytes(content).uint8(type).bytes(new Uint8Array(paddingBytes)).finish();
}
