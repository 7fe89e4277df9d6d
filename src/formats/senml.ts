import { DecodeError } from "../util/coded-error.ts";
import { type DataRecord, MAX_RECORDS, type TypeLookup } from "./data-record.ts";
import { Decimal } from "./decimal.ts";
import { formatObjectLink, parseObjectLink } from "./object-link.ts";
import { comparePaths, formatPath, isWithin, type Path, parsePath } from "./path.ts";
import { booleanValue, floatValue, opaqueValue, stringValue, type Value, ValueError, wholeValue } from "./values.ts";

/** One SenML record (RFC 8428 §4) by the labels of its JSON form, plus LwM2M's own `vlo`; `v` null has no value. */
export interface SenmlRecord {
  bn?: string;
  bt?: Decimal;
  bv?: Decimal;
  bver?: Decimal;
  n?: string;
  t?: Decimal;
  v?: Decimal | null;
  vs?: string;
  vb?: boolean;
  vd?: Uint8Array;
  vlo?: string;
}

/** RFC 8428 §4.4: what we understand; a larger `bver` is refused. */
const VERSION = 10;

/** Gives each record its absolute path and typed value. Throws DecodeError or ValueError. */
export function resolveSenml(pack: readonly SenmlRecord[], typeOf: TypeLookup): DataRecord[] {
  if (pack.length > MAX_RECORDS) throw new DecodeError(`SenML: more than ${MAX_RECORDS} records`, 0);
  let base: SenmlRecord = {};
  return pack.map((record, index) => {
    base = { ...base, ...baseFields(record) };
    if (record.bver && record.bver.toFloat() > VERSION) throw new DecodeError("SenML: version above 10", index);
    const path = parsePath(`${base.bn ?? ""}${record.n ?? ""}`) ?? fail("the name is not a path", index);
    const value = resolveValue(record, base.bv, path, typeOf, index);
    const time = resolveTime(record.t, base.bt);
    return { path, ...(value && { value }), ...(time !== undefined && { time }) };
  });
}

/** The counterpart: names are relative to `base`, which the first record carries. */
export function packSenml(base: Path, records: readonly DataRecord[]): SenmlRecord[] {
  const sorted = records.filter((record) => record.value).sort((a, b) => comparePaths(a.path, b.path));
  const isLeaf = sorted.some(({ path }) => path.length === base.length);
  const baseName = base.length === 0 || isLeaf ? formatPath(base) : `${formatPath(base)}/`;
  return sorted.map(({ path, value, time }, index) => ({
    ...(index === 0 && { bn: baseName }),
    ...nameBelow(base, path),
    ...(time !== undefined && { t: Decimal.of(time) }),
    ...(value && valueFields(value)),
  }));
}

function baseFields({ bn, bt, bv }: SenmlRecord): SenmlRecord {
  return { ...(bn !== undefined && { bn }), ...(bt && { bt }), ...(bv && { bv }) };
}

function nameBelow(base: Path, path: Path): SenmlRecord {
  if (!isWithin(path, base)) throw new RangeError(`${formatPath(path)} is not below ${formatPath(base)}`);
  return path.length === base.length ? {} : { n: path.slice(base.length).join("/") };
}

function resolveTime(time: Decimal | undefined, base: Decimal | undefined): number | undefined {
  if (!time && !base) return undefined;
  return (time?.toFloat() ?? 0) + (base?.toFloat() ?? 0);
}

function resolveValue(
  record: SenmlRecord,
  baseValue: Decimal | undefined,
  path: Path,
  typeOf: TypeLookup,
  index: number,
): Value | undefined {
  const { v, vs, vb, vd, vlo } = record;
  const given = [v, vs, vb, vd, vlo].filter((field) => field !== undefined);
  if (given.length > 1) fail("more than one value", index);
  if (v) return numberValue(baseValue ? v.plus(baseValue) : v, path, typeOf);
  const type = typeOf(path);
  if (vs !== undefined) return type === "corelnk" ? { type, value: vs } : expect(stringValue(vs), path, typeOf);
  if (vb !== undefined) return expect(booleanValue(vb), path, typeOf);
  if (vd !== undefined) return expect(opaqueValue(vd), path, typeOf);
  if (vlo === undefined) return undefined;
  const link = parseObjectLink(vlo) ?? fail("vlo is not an object link", index);
  return expect({ type: "objlnk", value: link }, path, typeOf);
}

function numberValue(number: Decimal, path: Path, typeOf: TypeLookup): Value {
  const type = typeOf(path) ?? "float";
  if (type === "integer" || type === "unsigned" || type === "time") return wholeValue(type, number.toWhole());
  return expect(floatValue(number.toFloat()), path, typeOf);
}

function expect(value: Value, path: Path, typeOf: TypeLookup): Value {
  const type = typeOf(path);
  if (type === undefined || type === value.type) return value;
  throw new ValueError(`SenML: ${formatPath(path)} is of type ${type}, a ${value.type} came`);
}

function valueFields(value: Value): SenmlRecord {
  switch (value.type) {
    case "string":
    case "corelnk":
      return { vs: value.value };
    case "integer":
    case "unsigned":
    case "time":
    case "float":
      return { v: Decimal.of(value.value) };
    case "boolean":
      return { vb: value.value };
    case "opaque":
      return { vd: value.value };
    case "objlnk":
      return { vlo: formatObjectLink(value.value) };
  }
}

function fail(problem: string, index: number): never {
  throw new DecodeError(`SenML: ${problem} in record ${index}`, 0);
}
