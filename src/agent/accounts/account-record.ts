import type { BlockSize } from "../../coap/block-option.ts";
import type { ObservationOrigin } from "../../coap/exchange.ts";
import { Method } from "../../coap/message.ts";
import type { Path } from "../../formats/path.ts";
import type { AccountState, KeptObservation, ObserveRequest } from "../../lwm2m/account-state.ts";
import type { Attached } from "../../lwm2m/data-model/attribute-store.ts";
import { attributeNames, type NotificationAttributes } from "../../lwm2m/data-model/notification-attributes.ts";
import type { LwM2mVersion } from "../../lwm2m/model/lwm2m-version.ts";
import type { KnownRegistration } from "../../lwm2m/registration/registration.ts";
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";
import type { RecordCodec } from "../../util/stored-record.ts";

/** What is saved of a server account beside its objects. */
export interface AccountRecord {
  /** Names the account that it belongs to: 32 bytes. */
  readonly account: Uint8Array;
  readonly state: AccountState;
}

const VERSION = 1;
const DIGEST_BYTES = 32;
const versions: readonly LwM2mVersion[] = ["1.0", "1.1", "1.2"];
const sizes: readonly BlockSize[] = [16, 32, 64, 128, 256, 512, 1024];

/** version(1) account(32), then lists with their length(2) in front: attributes, registration (none or one), observations. */
export const accountRecordCodec: RecordCodec<AccountRecord> = {
  encode: ({ account, state: { attributes, registration, observations } }) => {
    const writer = new ByteWriter().uint8(VERSION).bytes(account);
    writeList(writer, attributes, writeAttached);
    writeList(writer, registration ? [registration] : [], writeRegistration);
    writeList(writer, observations, writeObservation);
    return writer.finish();
  },
  decode: (bytes) => {
    const reader = new ByteReader(bytes, "saved account");
    const version = reader.uint8();
    if (version !== VERSION) reader.fail(`version ${version}, ${VERSION} expected`);
    const account = reader.bytes(DIGEST_BYTES);
    const attributes = readList(reader, readAttached);
    const [registration] = readList(reader, readRegistration);
    const observations = readList(reader, readObservation);
    reader.end();
    return { account, state: { attributes, ...(registration && { registration }), observations } };
  },
};

/** path, then number(1) of attributes, each name(1) value(text). */
function writeAttached(writer: ByteWriter, { path, attributes }: Attached): void {
  writeList(writer, path, (to, id) => to.uint16(id));
  const present = attributeNames.flatMap((name, i) => {
    const value = attributes[name];
    return value === undefined ? [] : [[i, String(value)] as const];
  });
  writer.uint8(present.length);
  for (const [index, value] of present) writeText(writer.uint8(index), value);
}

function readAttached(reader: ByteReader): Attached {
  const path: Path = readList(reader, (from) => from.uint16());
  const entries = Array.from({ length: reader.uint8() }, () => {
    const name = attributeNames[reader.uint8()] ?? reader.fail("an attribute that is not known");
    const value = Number(readText(reader));
    return [name, Number.isFinite(value) ? value : reader.fail(`${name} is no number`)] as const;
  });
  const attributes: NotificationAttributes = Object.fromEntries(entries);
  return { path, attributes };
}

/** location, version(1), lifetime(6), binding, links. */
function writeRegistration(writer: ByteWriter, registration: KnownRegistration): void {
  const { location, version, lifetime, binding, links } = registration;
  writeList(writer, location, writeText);
  writeText(writer.uint8(versions.indexOf(version)).uint48(lifetime), binding);
  writer.vector(3, encodeUtf8(links));
}

function readRegistration(reader: ByteReader): KnownRegistration {
  const location = readList(reader, readText);
  const version = versions[reader.uint8()] ?? reader.fail("a version of LwM2M that is not known");
  const lifetime = reader.uint48();
  const binding = readText(reader);
  return { location, version, lifetime, binding, links: decodeUtf8(reader.vector(3), "links") };
}

/** method(1) path query accept(3) content format(3) payload, then token, cache key, block size(1), Observe(3). */
function writeObservation(writer: ByteWriter, { request, origin }: KeptObservation): void {
  writer.uint8(request.method);
  writeList(writer, request.path, writeText);
  writeList(writer, request.query, writeText);
  writeOptional(writer, request.accept);
  writeOptional(writer, request.contentFormat);
  writer.vector(3, request.payload).vector(1, origin.token).vector(2, encodeUtf8(origin.key));
  writer.uint8(origin.block ? 1 + sizes.indexOf(origin.block.size) : 0);
  writer.uint24(origin.sequence);
}

function readObservation(reader: ByteReader): KeptObservation {
  const request = readRequest(reader);
  const token = reader.bytes(reader.uint8());
  const key = decodeUtf8(reader.vector(2), "cache key");
  const block = readBlock(reader);
  return { request, origin: { token, key, ...(block && { block }), sequence: reader.uint24() } };
}

/** Of the wish for a block size only the size counts. */
function readBlock(reader: ByteReader): ObservationOrigin["block"] {
  const index = reader.uint8();
  if (index === 0) return undefined;
  return { number: 0, more: false, size: sizes[index - 1] ?? reader.fail("no size of a block") };
}

function readRequest(reader: ByteReader): ObserveRequest {
  const number = reader.uint8();
  const method =
    [Method.GET, Method.FETCH].find((each) => each === number) ?? reader.fail("no method of an observation");
  const path = readList(reader, readText);
  const query = readList(reader, readText);
  const accept = readOptional(reader);
  const contentFormat = readOptional(reader);
  const formats = { ...(accept !== undefined && { accept }), ...(contentFormat !== undefined && { contentFormat }) };
  return { method, path, query, ...formats, payload: reader.vector(3), options: [] };
}

function writeList<T>(writer: ByteWriter, items: readonly T[], write: (writer: ByteWriter, item: T) => unknown): void {
  writer.uint16(items.length);
  for (const item of items) write(writer, item);
}

function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  return Array.from({ length: reader.uint16() }, () => read(reader));
}

function writeText(writer: ByteWriter, text: string): void {
  writer.vector(2, encodeUtf8(text));
}

function readText(reader: ByteReader): string {
  return decodeUtf8(reader.vector(2), "text");
}

/** One more than the value; 0: none. */
function writeOptional(writer: ByteWriter, value: number | undefined): void {
  writer.uint24(value === undefined ? 0 : value + 1);
}

function readOptional(reader: ByteReader): number | undefined {
  const value = reader.uint24();
  return value === 0 ? undefined : value - 1;
}
