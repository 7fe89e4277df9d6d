import { DecodeError } from "../util/coded-error.ts";
import {
  CborFloat,
  type CborItem,
  type CborMap,
  decodeCborItem,
  type EncodableCbor,
  encodeCborItem,
} from "./cbor-item.ts";
import type { DataRecord, TypeLookup } from "./data-record.ts";
import { Decimal } from "./decimal.ts";
import type { Path } from "./path.ts";
import { packSenml, resolveSenml, type SenmlKind, type SenmlRecord } from "./senml.ts";
import { passOverLabel, setSenmlField } from "./senml-field.ts";

/** RFC 8428 §6, table 4; `vlo` is a text key in LwM2M. */
const keys = { bver: -1, bn: -2, bt: -3, bv: -5, n: 0, v: 2, vs: 3, vb: 4, t: 6, vd: 8, vlo: "vlo" } as const;
type Label = keyof typeof keys;
const labels = new Map<number | string, Label>([
  [-1, "bver"],
  [-2, "bn"],
  [-3, "bt"],
  [-5, "bv"],
  [0, "n"],
  [2, "v"],
  [3, "vs"],
  [4, "vb"],
  [6, "t"],
  [8, "vd"],
  ["vlo", "vlo"],
]);
const written = ["bn", "bt", "n", "t", "v", "vs", "vb", "vd", "vlo"] as const;

/** application/senml+cbor (RFC 8428 §6) with LwM2M's `vlo`. */
export function encodeSenmlCbor(base: Path, records: readonly DataRecord[]): Uint8Array {
  return encodeCborItem(packSenml(base, records).map(recordMap));
}

/** As `kind` says also senml-etch+cbor (RFC 8790). Throws DecodeError or ValueError. Names must come out as absolute paths. */
export function decodeSenmlCbor(bytes: Uint8Array, typeOf: TypeLookup, kind?: SenmlKind): DataRecord[] {
  const pack = decodeCborItem(bytes, "SenML CBOR");
  if (!isArray(pack)) throw new DecodeError("SenML CBOR: array expected", 0);
  return resolveSenml(pack.map(readRecord), typeOf, kind);
}

function recordMap(record: SenmlRecord): ReadonlyMap<number | string, EncodableCbor> {
  const map = new Map<number | string, EncodableCbor>();
  for (const label of written) {
    const field = record[label];
    if (field !== undefined) map.set(keys[label], field instanceof Decimal ? plainNumber(field) : field);
  }
  return map;
}

/** A CBOR integer for what is written like one and fits it, a float otherwise. */
function plainNumber(decimal: Decimal): bigint | CborFloat {
  if (!/^-?\d+$/.test(decimal.text)) return new CborFloat(decimal.toFloat());
  const whole = decimal.toWhole();
  const fits = BigInt.asUintN(64, whole) === whole || BigInt.asIntN(64, whole) === whole;
  return fits ? whole : new CborFloat(decimal.toFloat());
}

function readRecord(item: CborItem, index: number): SenmlRecord {
  if (!isMap(item)) throw new DecodeError(`SenML CBOR: record ${index} is not a map`, 0);
  const record: SenmlRecord = {};
  for (const [key, value] of item) readField(record, key, value, index);
  return record;
}

function readField(record: SenmlRecord, key: CborItem | number, value: CborItem, index: number): void {
  const where = `SenML CBOR: record ${index}`;
  const label = typeof key === "number" || typeof key === "string" ? labels.get(key) : undefined;
  if (!setSenmlField(record, label, value, where)) passOverLabel(key, where);
}

function isArray(item: CborItem): item is readonly CborItem[] {
  return Array.isArray(item);
}

function isMap(item: CborItem): item is CborMap {
  return item instanceof Map;
}
