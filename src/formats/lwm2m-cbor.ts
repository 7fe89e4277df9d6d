import { DecodeError } from "../util/coded-error.ts";
import { cborItem, valueOfItem } from "./cbor.ts";
import { type CborItem, type CborMap, decodeCborItem, type EncodableCbor, encodeCborItem } from "./cbor-item.ts";
import { type DataRecord, MAX_RECORDS, type TypeLookup } from "./data-record.ts";
import { Decimal } from "./decimal.ts";
import { comparePaths, formatPath, MAX_ID, type Path } from "./path.ts";
import { type Value, ValueError, type ValueType } from "./values.ts";

/**
 * application/vnd.oma.lwm2m+cbor (OMA LwM2M Core 1.2 §7.4.7): maps in maps from the object id down, whatever was asked
 * for. It has no timestamps: of several values for one path the last in the list is written.
 */
export function encodeLwM2mCbor(_base: Path, records: readonly DataRecord[]): Uint8Array {
  const root: Branch = new Map();
  for (const { path, value } of [...records].sort((a, b) => comparePaths(a.path, b.path))) grow(root, path, value);
  return encodeCborItem(root);
}

/**
 * A key may be one id or a list of consecutive ids, in any mix. Throws DecodeError, also for a path that is there
 * twice, and ValueError.
 */
export function decodeLwM2mCbor(bytes: Uint8Array, typeOf: TypeLookup): DataRecord[] {
  const root = decodeCborItem(bytes, "LwM2M CBOR");
  if (!(root instanceof Map)) throw new DecodeError("LwM2M CBOR: map expected", 0);
  const reader = new TreeReader(typeOf);
  if (root.size > 0) reader.map(root, []);
  return reader.records;
}

type Branch = Map<number, EncodableCbor | Branch>;

function grow(root: Branch, path: Path, value: Value | undefined): void {
  let branch = root;
  const last = path.length - 1;
  for (const id of value ? path.slice(0, last) : path) branch = childOf(branch, id);
  const [leaf] = path.slice(-1);
  if (value && leaf !== undefined) branch.set(leaf, cborItem(value));
}

function childOf(branch: Branch, id: number): Branch {
  const present = branch.get(id);
  if (present instanceof Map) return present;
  const child: Branch = new Map();
  branch.set(id, child);
  return child;
}

/** Walks the maps and keeps what was found, because a path may come in two spellings. */
class TreeReader {
  readonly records: DataRecord[] = [];
  readonly #typeOf: TypeLookup;
  readonly #seen = new Set<string>();

  constructor(typeOf: TypeLookup) {
    this.#typeOf = typeOf;
  }

  map(map: CborMap, base: Path): void {
    for (const [key, item] of map) this.#entry([...base, ...idsOf(key)], item);
    if (map.size === 0) this.#add({ path: base });
  }

  #entry(path: Path, item: CborItem): void {
    if (path.length > 4) throw new DecodeError(`LwM2M CBOR: ${formatPath(path)} is too deep`, 0);
    if (item instanceof Map) this.map(item, path);
    else this.#add({ path, value: this.#value(path, item) });
  }

  #value(path: Path, item: CborItem): Value {
    if (path.length < 3) throw new DecodeError(`LwM2M CBOR: a value at ${formatPath(path)}`, 0);
    return valueOfItem(item, this.#typeOf(path) ?? naturalType(item, path));
  }

  #add(record: DataRecord): void {
    const path = formatPath(record.path);
    if (this.#seen.has(path)) throw new DecodeError(`LwM2M CBOR: ${path} is there twice`, 0);
    if (this.records.length >= MAX_RECORDS) throw new DecodeError(`LwM2M CBOR: more than ${MAX_RECORDS} values`, 0);
    this.#seen.add(path);
    this.records.push(record);
  }
}

function idsOf(key: CborItem | number): number[] {
  const ids: readonly unknown[] = Array.isArray(key) ? key : [key];
  const found = ids.map(idOf);
  if (found.length === 0) throw new DecodeError("LwM2M CBOR: a key without ids", 0);
  return found;
}

function idOf(item: unknown): number {
  const id = item instanceof Decimal ? Number(item.toWhole()) : item;
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < MAX_ID) return id;
  throw new DecodeError("LwM2M CBOR: a key that is not an id", 0);
}

/** For resources that we do not have: their values are passed over later, but have to be values. */
function naturalType(item: CborItem, path: Path): ValueType {
  if (item instanceof Decimal) return "float";
  if (typeof item === "boolean") return "boolean";
  if (typeof item === "string") return "string";
  if (item instanceof Uint8Array) return "opaque";
  throw new ValueError(`LwM2M CBOR: ${formatPath(path)} holds no value`);
}
