import { sha256 } from "../crypto/hash.ts";
import { decodeResumableSession, encodeResumableSession, type ResumableSession } from "../dtls/resumable-session.ts";
import { ByteReader, ByteWriter, concatBytes, encodeUtf8 } from "../util/bytes.ts";

/** A session to resume with what decides whether it still may be. **Secret**, as the session is. */
export interface KeptSession {
  /** Of server, server name and own credential: `bindingOf`. The session is good for no other. */
  readonly binding: Uint8Array;
  /** Of the full handshake, WallClock milliseconds: resuming makes nothing younger. */
  readonly madeAt: number;
  readonly session: ResumableSession;
}

const format = 1;
const bindingBytes = 32;

/** One digest for whom a session was made with. `credential`: its fingerprint. */
export function bindingOf(server: string, serverName: string | undefined, credential: Uint8Array): Uint8Array {
  const name = serverName === undefined ? new Uint8Array() : concatBytes([Uint8Array.of(1), encodeUtf8(serverName)]);
  return sha256(new ByteWriter().vector(2, encodeUtf8(server)).vector(2, name).vector(1, credential).finish());
}

export function encodeKeptSession({ binding, madeAt, session }: KeptSession): Uint8Array {
  return new ByteWriter()
    .uint8(format)
    .bytes(binding)
    .uint48(madeAt)
    .vector(2, encodeResumableSession(session))
    .finish();
}

/** Throws DecodeError on anything that `encodeKeptSession` does not make. */
export function decodeKeptSession(bytes: Uint8Array): KeptSession {
  const reader = new ByteReader(bytes, "kept session");
  const found = reader.uint8();
  if (found !== format) reader.fail(`format ${found}, ${format} expected`);
  const binding = reader.bytes(bindingBytes);
  const madeAt = reader.uint48();
  const session = decodeResumableSession(reader.vector(2));
  reader.end();
  return { binding, madeAt, session };
}
