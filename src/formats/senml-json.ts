import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64.ts";
import type { DataRecord, TypeLookup } from "./data-record.ts";
import { Decimal } from "./decimal.ts";
import { type JsonObject, type JsonValue, parseJson } from "./json.ts";
import type { Path } from "./path.ts";
import { packSenml, resolveSenml, type SenmlKind, type SenmlRecord } from "./senml.ts";
import { passOverLabel, setSenmlField } from "./senml-field.ts";

/** application/senml+json (RFC 8428 §5) with LwM2M's `vlo`. */
export function encodeSenmlJson(base: Path, records: readonly DataRecord[]): Uint8Array {
  return encodeUtf8(`[${packSenml(base, records).map(recordText).join(",")}]`);
}

/** As `kind` says also senml-etch+json (RFC 8790). Throws DecodeError or ValueError. Names must come out as absolute paths. */
export function decodeSenmlJson(bytes: Uint8Array, typeOf: TypeLookup, kind?: SenmlKind): DataRecord[] {
  const pack = parseJson(decodeUtf8(bytes, "SenML JSON"));
  if (!isArray(pack)) throw new DecodeError("SenML JSON: array expected", 0);
  return resolveSenml(pack.map(readRecord), typeOf, kind);
}

const labels = ["bn", "bt", "n", "t", "v", "vs", "vb", "vd", "vlo"] as const;

function recordText(record: SenmlRecord): string {
  const members = labels.flatMap((label) => {
    const field = record[label];
    return field === undefined ? [] : [`"${label}":${fieldText(field)}`];
  });
  return `{${members.join(",")}}`;
}

function fieldText(field: Decimal | null | string | boolean | Uint8Array): string {
  // JSON has one kind of number: the fraction that tells a float in CBOR says nothing here.
  if (field instanceof Decimal) return field.text.replace(/\.0$/, "");
  return JSON.stringify(field instanceof Uint8Array ? encodeBase64Url(field) : field);
}

function readRecord(item: JsonValue, index: number): SenmlRecord {
  if (!(item instanceof Map)) throw new DecodeError(`SenML JSON: record ${index} is not an object`, 0);
  const record: SenmlRecord = {};
  for (const [label, value] of item as JsonObject) readField(record, label, value, index);
  return record;
}

function readField(record: SenmlRecord, label: string, value: JsonValue, index: number): void {
  const where = `SenML JSON: record ${index}`;
  const field = label === "vd" && typeof value === "string" ? decodeBase64Url(value) : value;
  if (!setSenmlField(record, label, field, where)) passOverLabel(label, where);
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
