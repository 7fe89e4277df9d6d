import { sha256 } from "../crypto/hash.ts";
import { ByteReader, ByteWriter, encodeUtf8, equalBytes } from "../util/bytes.ts";

/** magic(4) version(1) length(4) SHA-256(32), then the content. */
const magic = encodeUtf8("LW2S");
const VERSION = 1;

/** Content as it lies in a file: what was torn or rotted does not pass for it. */
export function sealRecord(content: Uint8Array): Uint8Array {
  const header = new ByteWriter().bytes(magic).uint8(VERSION).uint32(content.length).bytes(sha256(content));
  return header.bytes(content).finish();
}

/** Throws DecodeError that says what is wrong. */
export function openRecord(bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes, "record");
  if (!equalBytes(reader.bytes(magic.length), magic)) reader.fail("it does not start as a record does");
  const version = reader.uint8();
  if (version !== VERSION) reader.fail(`format version ${version}, ${VERSION} expected; a newer program wrote it`);
  const length = reader.uint32();
  const digest = reader.bytes(32);
  const content = reader.bytes(length);
  reader.end();
  if (!equalBytes(sha256(content), digest)) reader.fail("the checksum does not match its content");
  return content;
}
