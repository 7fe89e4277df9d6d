import { ByteReader, equalBytes } from "../util/bytes.ts";
import { expectTlv, readTlv, type Tlv } from "./ber-tlv.ts";
import { readAll, type UiccPath } from "./uicc-file.ts";

const Tag = {
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  pathLength: 0x80,
  externalObject: 0xa0,
  typeAttributes: 0xa1,
  dataObjects: 0xa7,
} as const;

/** Outer tags of a DODF entry: opaque, external, object-identified (PKCS #15 v1.1 §6.9). */
const shapes: readonly number[] = [Tag.sequence, Tag.externalObject, Tag.typeAttributes];

/**
 * Where an EF(ODF) says the directories of data objects are, in its order (PKCS #15 v1.1 §6.2); other directories and
 * the padding are passed over. Throws DecodeError.
 */
export function parseObjectDirectory(bytes: Uint8Array): UiccPath[] {
  return entries(bytes, "EF(ODF)")
    .filter(({ tag }) => tag === Tag.dataObjects)
    .flatMap(({ value }) => findPath(readAll(value, "EF(ODF)")) ?? []);
}

/**
 * Where an EF(DODF) says the data objects of this identifier are. The identifier stands among the class attributes
 * (opaque objects) or beside the path (object-identified ones), and on some cards is wrapped in a second tag 06. Throws
 * DecodeError.
 */
export function parseDataObjectDirectory(bytes: Uint8Array, objectIdentifier: Uint8Array): UiccPath[] {
  return entries(bytes, "EF(DODF)")
    .filter(({ tag }) => shapes.includes(tag))
    .flatMap((entry) => matchingPath(readAll(entry.value, "EF(DODF)"), objectIdentifier) ?? []);
}

/** Files are longer than what they hold: FF or 00 where a tag should be is the end. */
function entries(bytes: Uint8Array, what: string): Tlv[] {
  const reader = new ByteReader(bytes, what);
  const found: Tlv[] = [];
  while (reader.remaining > 0 && bytes[reader.offset] !== 0xff && bytes[reader.offset] !== 0x00) {
    found.push(readTlv(reader));
  }
  return found;
}

function matchingPath(attributes: readonly Tlv[], wanted: Uint8Array): UiccPath | undefined {
  const types = attributes.find(({ tag }) => tag === Tag.typeAttributes);
  if (types === undefined) return undefined;
  const typeAttributes = readAll(types.value, "type attributes");
  const identified = [...attributes, ...typeAttributes].filter(({ tag }) => tag === Tag.sequence);
  const isWanted = identified.some(({ value }) => holdsIdentifier(value, wanted));
  return isWanted ? findPath(typeAttributes) : undefined;
}

function holdsIdentifier(sequence: Uint8Array, wanted: Uint8Array): boolean {
  return readAll(sequence, "attributes").some(({ tag, value }) => {
    if (tag !== Tag.objectIdentifier) return false;
    const isWrapped = value[0] === Tag.objectIdentifier && value[1] === value.length - 2;
    return equalBytes(isWrapped ? value.subarray(2) : value, wanted);
  });
}

/** The first Path: a sequence that begins with an octet string, here or one sequence deeper. */
function findPath(objects: readonly Tlv[]): UiccPath | undefined {
  for (const { tag, value } of objects) {
    if (tag !== Tag.sequence || value.length === 0) continue;
    const path = value[0] === Tag.octetString ? readPath(value) : findPath(readAll(value, "attributes"));
    if (path) return path;
  }
  return undefined;
}

/** Path ::= SEQUENCE { path OCTET STRING, index INTEGER OPTIONAL, length [0] INTEGER OPTIONAL } */
function readPath(bytes: Uint8Array): UiccPath {
  const reader = new ByteReader(bytes, "PKCS #15 path");
  const identifiers = expectTlv(reader, Tag.octetString);
  if (identifiers.length < 2 || identifiers.length > 16 || identifiers.length % 2 !== 0) {
    reader.fail(`${identifiers.length} bytes are no list of file identifiers`);
  }
  const rest = readAll(reader.rest(), "PKCS #15 path");
  const index = rest.find(({ tag }) => tag === Tag.integer);
  const length = rest.find(({ tag }) => tag === Tag.pathLength);
  return {
    identifiers,
    ...(index && { index: whole(index.value) }),
    ...(length && { length: whole(length.value) }),
  };
}

function whole(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes, "PKCS #15 path");
  if (bytes.length < 1 || bytes.length > 3) reader.fail("a number of 1 to 3 bytes expected");
  return bytes.reduce((sum, byte) => sum * 0x100 + byte, 0);
}
