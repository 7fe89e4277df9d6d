import { ByteReader, ByteWriter } from "../../../util/bytes.ts";
import { decodeExtensions, type Extension, encodeExtensions } from "../extensions/extension-list.ts";
import { readUint16s } from "../extensions/uint16-list.ts";

/** ClientHello (RFC 6347 §4.2.1, RFC 5246 §7.4.1.2). */
export interface ClientHello {
  readonly version: number;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 0 to 32 bytes. */
  readonly sessionId: Uint8Array;
  /** 0 to 255 bytes; empty in the first hello. */
  readonly cookie: Uint8Array;
  readonly cipherSuites: readonly number[];
  readonly compressionMethods: readonly number[];
  readonly extensions: readonly Extension[];
}

export function decodeClientHello(body: Uint8Array): ClientHello {
  const reader = new ByteReader(body, "ClientHello");
  const version = reader.uint16();
  const random = reader.bytes(32);
  const sessionId = reader.vector(1);
  if (sessionId.length > 32) reader.fail(`session_id of ${sessionId.length} bytes, at most 32 allowed`);
  const cookie = reader.vector(1);
  const cipherSuites = readUint16s(new ByteReader(reader.vector(2, 2), "cipher_suites"));
  const compressionMethods = [...reader.vector(1, 1)];
  const extensions = decodeExtensions(reader);
  return { version, random, sessionId, cookie, cipherSuites, compressionMethods, extensions };
}

export function encodeClientHello(hello: ClientHello): Uint8Array {
  const suites = new ByteWriter();
  for (const suite of hello.cipherSuites) suites.uint16(suite);
  return new ByteWriter()
    .uint16(hello.version)
    .bytes(hello.random)
    .vector(1, hello.sessionId)
    .vector(1, hello.cookie)
    .vector(2, suites.finish())
    .vector(1, Uint8Array.from(hello.compressionMethods))
    .bytes(encodeExtensions(hello.extensions))
    .finish();
}
