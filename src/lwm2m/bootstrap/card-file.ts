import { ByteReader } from "../../util/bytes.ts";

/** One object in EF(LwM2M_Bootstrap). */
export interface CardFileObject {
  readonly objectId: number;
  /** "2.5"; absent: 1.0, or the version that belongs to the enabler. */
  readonly version?: string;
  /** TLV of its instances, not yet looked into. */
  readonly instances: Uint8Array;
}

/**
 * Takes EF(LwM2M_Bootstrap) apart (OMA LwM2M Core 1.2 appendix G): count(2) size(2), then per object id(2), version (00, or
 * major and minor: one or two bytes), length(2), instances. What follows is padding. Throws DecodeError.
 */
export function parseCardFile(bytes: Uint8Array): CardFileObject[] {
  const header = new ByteReader(bytes, "EF(LwM2M_Bootstrap)");
  refuseBareResources(bytes, header);
  const count = header.uint16();
  const size = header.uint16();
  if (size > header.remaining) header.fail(`${size} bytes of objects announced, ${header.remaining} there`);
  const reader = new ByteReader(header.bytes(size), "EF(LwM2M_Bootstrap)");
  const objects: CardFileObject[] = [];
  while (reader.remaining > 0) objects.push(readObject(reader));
  if (objects.length !== count) reader.fail(`${count} objects announced, ${objects.length} there`);
  const ids = objects.map(({ objectId }) => objectId);
  if (new Set(ids).size !== ids.length) reader.fail("an object is there twice");
  return objects;
}

/** C8 00 .. is a resource; as a count it would be more than 51,000 objects. */
function refuseBareResources(bytes: Uint8Array, reader: ByteReader): void {
  if ((bytes[0] ?? 0) >= 0xc0) reader.fail("bare resources; the count and size of objects were expected first");
}

function readObject(reader: ByteReader): CardFileObject {
  const objectId = reader.uint16();
  if (objectId === 0xffff) reader.fail("object id 65535 is reserved");
  const major = reader.uint8();
  const version = major === 0 ? undefined : `${major}.${reader.uint8()}`;
  const instances = reader.bytes(reader.uint16());
  return { objectId, instances, ...(version !== undefined && { version }) };
}
