import { sha256 } from "../../crypto/hash.ts";
import type { ConfigurableObjects } from "../../lwm2m/bootstrap/configurable-object.ts";
import { type Configuration, noConfiguration, type ObjectContent } from "../../lwm2m/bootstrap/configuration.ts";
import { decodeObjectContent, encodeObjectContent } from "../../lwm2m/bootstrap/object-content-codec.ts";
import type { CardOrigin, SavedBootstrap } from "../../lwm2m/bootstrap/saved-bootstrap.ts";
import { ByteReader, ByteWriter, concatBytes, decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";
import type { RecordCodec } from "../../util/stored-record.ts";

/** The accounts as they were saved, and the factory accounts that they began from. */
export interface AccountsRecord extends SavedBootstrap {
  /** Of `factoryDigest`. */
  readonly factory: Uint8Array;
}

const VERSION = 1;
const DIGEST_BYTES = 32;

/** Tells one factory configuration from another. */
export function factoryDigest(factory: Configuration = noConfiguration): Uint8Array {
  return sha256(concatBytes([...factory].map(([id, content]) => encodeObjectContent(id, content))));
}

/**
 * version(1) factory digest(32), end of the bootstrap account (6; 0: none), card, then the objects: id(2) length(3) TLV.
 * Keys are in it in the clear.
 */
export function accountsRecordCodec(objects: ConfigurableObjects): RecordCodec<AccountsRecord> {
  return {
    encode: (record) => encode(record),
    decode: (bytes) => decode(bytes, objects),
  };
}

function encode({ factory, configuration, card, bootstrapAccountEndsAt = 0 }: AccountsRecord): Uint8Array {
  const writer = new ByteWriter().uint8(VERSION).bytes(factory).uint48(bootstrapAccountEndsAt);
  writeCard(writer, card);
  for (const [id, content] of configuration) writer.uint16(id).vector(3, encodeObjectContent(id, content));
  return writer.finish();
}

function decode(bytes: Uint8Array, objects: ConfigurableObjects): AccountsRecord {
  const reader = new ByteReader(bytes, "saved accounts");
  const version = reader.uint8();
  if (version !== VERSION) reader.fail(`version ${version}, ${VERSION} expected`);
  const factory = reader.bytes(DIGEST_BYTES);
  const endsAt = reader.uint48();
  const card = readCard(reader);
  const configuration = new Map<number, ObjectContent>();
  while (reader.remaining > 0) {
    const object = objects.get(reader.uint16());
    const content = reader.vector(3);
    if (object) configuration.set(object.definition.id, decodeObjectContent(object, content));
  }
  return { factory, configuration, ...(card && { card }), ...(endsAt > 0 && { bootstrapAccountEndsAt: endsAt }) };
}

/** present(1), then ICCID and digest as text, and the paths of its instances: object(2) instance(2). */
function writeCard(writer: ByteWriter, card: CardOrigin | undefined): void {
  writer.uint8(card ? 1 : 0);
  if (!card) return;
  writer.vector(1, encodeUtf8(card.iccid ?? "")).vector(1, encodeUtf8(card.digest));
  const paths = card.instances.map(([object = 0, instance = 0]) => new ByteWriter().uint16(object).uint16(instance));
  writer.vector(2, concatBytes(paths.map((path) => path.finish())));
}

function readCard(reader: ByteReader): CardOrigin | undefined {
  if (reader.uint8() === 0) return undefined;
  const iccid = decodeUtf8(reader.vector(1), "ICCID");
  const digest = decodeUtf8(reader.vector(1), "digest");
  const paths = new ByteReader(reader.vector(2), "instances of the card");
  const instances: number[][] = [];
  while (paths.remaining > 0) instances.push([paths.uint16(), paths.uint16()]);
  return { digest, instances, ...(iccid !== "" && { iccid }) };
}
