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

/** RFC 8428 §4.4: what we understand, and what a pack without `bver` is. */
const VERSION = 10n;

/** SenML itself, or senml-etch (RFC 8790), where null stands for what shall go. */
export type SenmlKind = "senml" | "etch";

/** Gives each record its absolute path and typed value. Throws DecodeError or ValueError. */
export function resolveSenml(
  pack: readonly SenmlRecord[],
  typeOf: TypeLookup,
  kind: SenmlKind = "senml",
): DataRecord[] {
  if (pack.length > MAX_RECORDS) throw new DecodeError(`SenML: more than ${MAX_RECORDS} records`, 0);
  checkVersions(pack);
  let base: SenmlRecord = {};
  return pack.map((record, index) => {
    base = { ...base, ...baseFields(record) };
    const path = parsePath(`${base.bn ?? ""}${record.n ?? ""}`) ?? fail("the name is not a path", index);
    if (record.v === null && kind === "senml") fail("null is for senml-etch alone", index);
    const value = resolveValue(record, base.bv, path, typeOf, index);
    const time = resolveTime(record.t, base.bt);
    const removed = record.v === null && { removed: true as const };
    return { path, ...(value && { value }), ...removed, ...(time !== undefined && { time }) };
  });
}

/** RFC 8428 §4.4: one version for the whole pack, and not one that came after ours. */
function checkVersions(pack: readonly SenmlRecord[]): void {
  const versions = new Set(pack.flatMap(({ bver }) => (bver ? [bver.toWhole()] : [])));
  if (versions.size > 1) throw new DecodeError("SenML: different versions in one pack", 0);
  for (const version of versions) {
    if (version < 1n || version > VERSION) throw new DecodeError("SenML: version outside 1 to 10", 0);
  }
}

/** Oldest first, as RFC 8428 §4.6 wants it; what has no time is of now and comes last. */
export function seriesOrder(a: DataRecord, b: DataRecord): number {
  if (a.time === b.time) return 0;
  return (a.time ?? Number.POSITIVE_INFINITY) - (b.time ?? Number.POSITIVE_INFINITY);
}

/**
 * The counterpart: names are relative to `base`, which the first record carries. Where every record has a time it is a
 * base time, said once for those that share it.
 */
export function packSenml(base: Path, records: readonly DataRecord[]): SenmlRecord[] {
  const given = records.filter((record) => record.value);
  const sorted = given.sort((a, b) => seriesOrder(a, b) || comparePaths(a.path, b.path));
  const isSeries = sorted.every(({ time }) => time !== undefined);
  const isLeaf = sorted.some(({ path }) => path.length === base.length);
  const baseName = base.length === 0 || isLeaf ? formatPath(base) : `${formatPath(base)}/`;
  return sorted.map(({ path, value, time }, index) => ({
    ...(index === 0 && { bn: baseName }),
    ...(time !== undefined && isSeries && time !== sorted[index - 1]?.time && { bt: Decimal.of(time) }),
    ...nameBelow(base, path),
    ...(time !== undefined && !isSeries && { t: Decimal.of(time) }),
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
  if (!time || !base) return (time ?? base)?.toFloat();
  return time.plus(base).toFloat();
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
      return { v: Decimal.of(value.value) };
    case "float":
      return { v: Decimal.ofFloat(value.value) };
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
