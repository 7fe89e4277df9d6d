import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { type DataRecord, MAX_RECORDS, type TypeLookup } from "./data-record.ts";
import { Decimal } from "./decimal.ts";
import { type JsonObject, type JsonValue, parseJson } from "./json.ts";
import { formatObjectLink, parseObjectLink } from "./object-link.ts";
import { comparePaths, formatPath, isWithin, type Path, parsePath } from "./path.ts";
import { seriesOrder } from "./senml.ts";
import { floatValue, type Value, ValueError, type ValueType, wholeValue } from "./values.ts";

/** application/vnd.oma.lwm2m+json (OMA LwM2M 1.0.2 §6.4.4): what 1.0 had before SenML. */
export function encodeLwM2mJson(base: Path, records: readonly DataRecord[]): Uint8Array {
  const given = records.filter(({ value }) => value);
  const isLeaf = given.some(({ path }) => path.length === base.length);
  const baseName = base.length === 0 || isLeaf ? formatPath(base) : `${formatPath(base)}/`;
  const entries = given
    .sort((a, b) => seriesOrder(a, b) || comparePaths(a.path, b.path))
    .map((r) => entryText(base, r));
  return encodeUtf8(`{"bn":${JSON.stringify(baseName)},"e":[${entries.join(",")}]}`);
}

/** Without a base name the names are relative to `base`, the path of the request. Throws DecodeError or ValueError. */
export function decodeLwM2mJson(bytes: Uint8Array, base: Path, typeOf: TypeLookup): DataRecord[] {
  const root = parseJson(decodeUtf8(bytes, "LwM2M JSON"));
  if (!isObject(root)) throw new DecodeError("LwM2M JSON: object expected", 0);
  const entries = root.get("e");
  if (!isArray(entries)) throw new DecodeError('LwM2M JSON: "e" has to be an array', 0);
  if (entries.length > MAX_RECORDS) throw new DecodeError(`LwM2M JSON: more than ${MAX_RECORDS} values`, 0);
  const name = text(root, "bn");
  const time = number(root, "bt");
  return entries.map((entry) => readEntry(entry, name, time, base, typeOf));
}

function entryText(base: Path, { path, value, time }: DataRecord): string {
  if (!isWithin(path, base)) throw new RangeError(`${formatPath(path)} is not below ${formatPath(base)}`);
  const name = path.slice(base.length).join("/");
  const members = [
    ...(name === "" ? [] : [`"n":"${name}"`]),
    ...(value ? [valueText(value)] : []),
    ...(time === undefined ? [] : [`"t":${Decimal.of(time).text}`]),
  ];
  return `{${members.join(",")}}`;
}

function valueText(value: Value): string {
  switch (value.type) {
    case "string":
    case "corelnk":
      return `"sv":${JSON.stringify(value.value)}`;
    case "opaque":
      return `"sv":"${encodeBase64(value.value)}"`;
    case "integer":
    case "unsigned":
    case "time":
    case "float":
      return `"v":${Decimal.of(value.value).text}`;
    case "boolean":
      return `"bv":${value.value}`;
    case "objlnk":
      return `"ov":"${formatObjectLink(value.value)}"`;
  }
}

function readEntry(
  entry: JsonValue,
  baseName: string | undefined,
  baseTime: Decimal | undefined,
  base: Path,
  typeOf: TypeLookup,
): DataRecord {
  if (!isObject(entry)) throw new DecodeError("LwM2M JSON: an entry that is not an object", 0);
  const path = readPath(baseName, text(entry, "n") ?? "", base);
  const time = readTime(number(entry, "t"), baseTime);
  return { path, value: readValue(entry, path, typeOf(path)), ...(time !== undefined && { time }) };
}

function readPath(baseName: string | undefined, name: string, base: Path): Path {
  const joined = baseName === undefined ? `${formatPath(base)}/${name}` : `${baseName}${name}`;
  // Without a base name, and with one that ends in a slash, an entry without a name is the base itself.
  const path = parsePath(joined.length > 1 ? joined.replace(/^\/\//, "/").replace(/\/$/, "") : joined);
  return path ?? fail("a name that is not a path");
}

function readTime(time: Decimal | undefined, base: Decimal | undefined): number | undefined {
  return time && base ? time.plus(base).toFloat() : (time ?? base)?.toFloat();
}

function readValue(entry: JsonObject, path: Path, type: ValueType | undefined): Value {
  const given = ["v", "bv", "sv", "ov"].filter((label) => entry.has(label));
  if (given.length !== 1) fail(`exactly one value expected at ${formatPath(path)}`);
  const value = typedValue(entry, type);
  if (type !== undefined && type !== value.type)
    throw new ValueError(`LwM2M JSON: ${formatPath(path)} is of type ${type}, a ${value.type} came`);
  return value;
}

function typedValue(entry: JsonObject, type: ValueType | undefined): Value {
  const v = number(entry, "v");
  if (v) return numberValue(v, type);
  const sv = text(entry, "sv");
  if (sv !== undefined) return textValue(sv, type);
  const ov = text(entry, "ov");
  if (ov !== undefined) return { type: "objlnk", value: parseObjectLink(ov) ?? fail("not an object link") };
  const bv = entry.get("bv");
  return typeof bv === "boolean" ? { type: "boolean", value: bv } : fail('wrong type for "bv"');
}

function numberValue(decimal: Decimal, type: ValueType | undefined): Value {
  if (type === "integer" || type === "unsigned" || type === "time") return wholeValue(type, decimal.toWhole());
  return floatValue(decimal.toFloat());
}

/** Opaque values are base64 in a string. */
function textValue(value: string, type: ValueType | undefined): Value {
  if (type === "opaque") return { type, value: decodeBase64(value) };
  return { type: type === "corelnk" ? type : "string", value };
}

function text(object: JsonObject, label: string): string | undefined {
  const value = object.get(label);
  return value === undefined || typeof value === "string" ? value : fail(`wrong type for "${label}"`);
}

function number(object: JsonObject, label: string): Decimal | undefined {
  const value = object.get(label);
  return value === undefined || value instanceof Decimal ? value : fail(`wrong type for "${label}"`);
}

function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function fail(problem: string): never {
  throw new DecodeError(`LwM2M JSON: ${problem}`, 0);
}
