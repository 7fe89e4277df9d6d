import { ByteReader, ByteWriter } from "../../util/bytes.ts";

export const fragmentHeaderBytes = 12;

/** One handshake fragment (RFC 6347 §4.2.2): `body` is the part of a message of `length` bytes that starts at `offset`. */
export interface HandshakeFragment {
  readonly type: number;
  readonly length: number;
  readonly messageSequence: number;
  readonly offset: number;
  readonly body: Uint8Array;
}

/** A record may carry several. Throws DecodeError, also for a fragment that reaches beyond its message. */
export function decodeFragments(payload: Uint8Array): readonly HandshakeFragment[] {
  const reader = new ByteReader(payload, "handshake fragment");
  const fragments: HandshakeFragment[] = [];
  do {
    const type = reader.uint8();
    const length = reader.uint24();
    const messageSequence = reader.uint16();
    const offset = reader.uint24();
    const body = reader.vector(3);
    if (offset + body.length > length) reader.fail(`reaches ${offset + body.length} of ${length} bytes`);
    fragments.push({ type, length, messageSequence, offset, body });
  } while (reader.remaining > 0);
  return fragments;
}

export function encodeFragment(fragment: HandshakeFragment): Uint8Array {
  return new ByteWriter()
    .uint8(fragment.type)
    .uint24(fragment.length)
    .uint16(fragment.messageSequence)
    .uint24(fragment.offset)
    .vector(3, fragment.body)
    .finish();
}
