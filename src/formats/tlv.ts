import { ByteWriter } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { type DataRecord, MAX_RECORDS, type TypeLookup } from "./data-record.ts";
import { comparePaths, formatPath, type Path } from "./path.ts";
import { readTlvEntries, type TlvEntry, TlvKind, writeTlvEntry } from "./tlv-entry.ts";
import { decodeTlvValue, encodeTlvValue } from "./tlv-value.ts";

/** application/vnd.oma.lwm2m+tlv of the records below `base` (object, instance, resource or resource instance). */
export function encodeTlv(base: Path, records: readonly DataRecord[]): Uint8Array {
  const writer = new ByteWriter();
  const sorted = [...records].sort((a, b) => comparePaths(a.path, b.path));
  writeLevel(writer, sorted, Math.max(1, Math.min(base.length, 4)));
  return writer.finish();
}

/** True when the message holds object instances, so that it names the instance ids itself. */
export function tlvNamesInstances(bytes: Uint8Array): boolean {
  return bytes.length > 0 && (bytes[0] ?? 0) >> 6 === TlvKind.objectInstance;
}

/**
 * Reads a message that is about `base`. On an instance an enclosing object instance entry is accepted when it is that
 * instance. A multiple resource without instances gives a record without value, and so does an object instance without
 * resources. Throws DecodeError or ValueError.
 */
export function decodeTlv(bytes: Uint8Array, base: Path, typeOf: TypeLookup): DataRecord[] {
  const records: DataRecord[] = [];
  readLevel(readTlvEntries(bytes), base, typeOf, records);
  return records;
}

function writeLevel(writer: ByteWriter, records: readonly DataRecord[], level: number): void {
  if (level === 1) writeGroups(writer, records, 1, TlvKind.objectInstance);
  else if (level === 4) writeValues(writer, records, TlvKind.resourceInstance, 3);
  else writeResources(writer, records);
}

function writeResources(writer: ByteWriter, records: readonly DataRecord[]): void {
  // An instance alone has nothing inside.
  const resources = records.filter(({ path }) => path.length > 2);
  for (const group of groupBy(resources, 2)) {
    const isMultiple = group.some(({ path, value }) => path.length === 4 || value === undefined);
    if (isMultiple) writeGroups(writer, group, 2, TlvKind.multipleResource);
    else writeValues(writer, group, TlvKind.resource, 2);
  }
}

function writeGroups(writer: ByteWriter, records: readonly DataRecord[], index: number, kind: TlvKind): void {
  for (const group of groupBy(records, index)) {
    const inner = new ByteWriter();
    writeLevel(inner, group, kind === TlvKind.objectInstance ? 2 : 4);
    writeTlvEntry(writer, kind, group[0]?.path[index] ?? 0, inner.finish());
  }
}

function writeValues(writer: ByteWriter, records: readonly DataRecord[], kind: TlvKind, index: number): void {
  for (const { path, value } of records) {
    if (value) writeTlvEntry(writer, kind, path[index] ?? 0, encodeTlvValue(value));
  }
}

function groupBy(records: readonly DataRecord[], index: number): DataRecord[][] {
  const groups = new Map<number | undefined, DataRecord[]>();
  for (const record of records) {
    const group = groups.get(record.path[index]);
    if (group) group.push(record);
    else groups.set(record.path[index], [record]);
  }
  return [...groups.values()];
}

function readLevel(entries: readonly TlvEntry[], base: Path, typeOf: TypeLookup, records: DataRecord[]): void {
  for (const entry of entries) readEntry(entry, base, typeOf, records);
}

function readEntry(entry: TlvEntry, base: Path, typeOf: TypeLookup, records: DataRecord[]): void {
  const parent = base.slice(0, parentLength[entry.kind]);
  const path = [...parent, entry.id];
  const isTarget = base.length === path.length;
  if (base.length < parent.length || parent.length < parentLength[entry.kind]) misplaced(entry, base);
  if (base.length > parent.length && !(isTarget && base[parent.length] === entry.id)) misplaced(entry, base);
  if (records.length >= MAX_RECORDS) throw new DecodeError(`TLV: more than ${MAX_RECORDS} values`, entry.offset);
  if (entry.kind === TlvKind.resource || entry.kind === TlvKind.resourceInstance) {
    records.push({ path, value: decodeTlvValue(entry.value, typeOf(path)) });
  } else if (entry.value.length === 0) records.push({ path });
  else readLevel(readTlvEntries(entry.value), path, typeOf, records);
}

/** How many ids stand before the one that an entry carries. */
const parentLength: Readonly<Record<TlvKind, number>> = { 0: 1, 1: 3, 2: 2, 3: 2 };

function misplaced(entry: TlvEntry, base: Path): never {
  const name = Object.entries(TlvKind).find(([, kind]) => kind === entry.kind)?.[0];
  throw new DecodeError(`TLV: ${name} ${entry.id} does not belong below ${formatPath(base)}`, entry.offset);
}
