import { ByteReader, ByteWriter } from "../../../util/bytes.ts";
import { decodeExtensions, type Extension, encodeExtensions } from "../extensions/extension-list.ts";

/** ServerHello (RFC 5246 §7.4.1.3). */
export interface ServerHello {
  readonly version: number;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 0 to 32 bytes. */
  readonly sessionId: Uint8Array;
  readonly cipherSuite: number;
  readonly compressionMethod: number;
  readonly extensions: readonly Extension[];
}

export function decodeServerHello(body: Uint8Array): ServerHello {
  const reader = new ByteReader(body, "ServerHello");
  const version = reader.uint16();
  const random = reader.bytes(32);
  const sessionId = reader.vector(1);
  if (sessionId.length > 32) reader.fail(`session_id of ${sessionId.length} bytes, at most 32 allowed`);
  const cipherSuite = reader.uint16();
  const compressionMethod = reader.uint8();
  const extensions = decodeExtensions(reader);
  return { version, random, sessionId, cipherSuite, compressionMethod, extensions };
}

export function encodeServerHello(hello: ServerHello): Uint8Array {
  return new ByteWriter()
    .uint16(hello.version)
    .bytes(hello.random)
    .vector(1, hello.sessionId)
    .uint16(hello.cipherSuite)
    .uint8(hello.compressionMethod)
    .bytes(encodeExtensions(hello.extensions))
    .finish();
}
