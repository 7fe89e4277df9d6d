import { Code } from "../../coap/message.ts";
import { decodeCbor, encodeCbor } from "../../formats/cbor.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import type { DataRecord, TypeLookup } from "../../formats/data-record.ts";
import { decodeOpaque, encodeOpaque } from "../../formats/opaque.ts";
import type { Path } from "../../formats/path.ts";
import { decodeSenmlCbor, encodeSenmlCbor } from "../../formats/senml-cbor.ts";
import { decodeSenmlJson, encodeSenmlJson } from "../../formats/senml-json.ts";
import { decodeText, encodeText } from "../../formats/text.ts";
import { decodeTlv, encodeTlv } from "../../formats/tlv.ts";
import type { Value, ValueType } from "../../formats/values.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { badRequest, OperationError } from "./operation-error.ts";

/** A payload and the Content-Format it is in. */
export interface Content {
  readonly contentFormat: number;
  readonly payload: Uint8Array;
}

/** What a single value can be written in. */
interface ValueFormat {
  encode(value: Value): Uint8Array;
  decode(bytes: Uint8Array, type: ValueType): Value;
}

/** What any number of records can be written in. */
interface RecordFormat {
  encode(base: Path, records: readonly DataRecord[]): Uint8Array;
  decode(bytes: Uint8Array, base: Path, typeOf: TypeLookup): DataRecord[];
}

const valueFormats: ReadonlyMap<number, ValueFormat> = new Map([
  [ContentFormat.text, { encode: encodeText, decode: decodeText }],
  [ContentFormat.opaque, { encode: encodeOpaque, decode: decodeOpaque }],
  [ContentFormat.cbor, { encode: encodeCbor, decode: decodeCbor }],
]);

const recordFormats: ReadonlyMap<number, RecordFormat> = new Map([
  [ContentFormat.tlv, { encode: encodeTlv, decode: decodeTlv }],
  [ContentFormat.senmlJson, { encode: encodeSenmlJson, decode: (bytes, _, typeOf) => decodeSenmlJson(bytes, typeOf) }],
  [ContentFormat.senmlCbor, { encode: encodeSenmlCbor, decode: (bytes, _, typeOf) => decodeSenmlCbor(bytes, typeOf) }],
]);

/** The Content-Formats that Register announces for Read and Write (`ct` of the root link). */
export const announcedFormats: readonly number[] = [ContentFormat.cbor, ...recordFormats.keys()].sort((a, b) => a - b);

export function isRecordFormat(contentFormat: number | undefined): boolean {
  return contentFormat !== undefined && recordFormats.has(contentFormat);
}

/**
 * Writes what a Read of `path` gave, in the accepted format or in the one we prefer: text for a single value; for
 * more, TLV in a 1.0 registration and SenML CBOR later. Throws OperationError 4.06 when the format cannot hold it.
 */
export function encodeContent(
  path: Path,
  records: readonly DataRecord[],
  accept: number | undefined,
  version: LwM2mVersion,
): Content {
  const single = records.length === 1 && records[0]?.path.length === path.length ? records[0].value : undefined;
  const preferred = single ? ContentFormat.text : version === "1.0" ? ContentFormat.tlv : ContentFormat.senmlCbor;
  const contentFormat = accept ?? preferred;
  const recordFormat = recordFormats.get(contentFormat);
  if (recordFormat) return { contentFormat, payload: recordFormat.encode(path, records) };
  const valueFormat = valueFormats.get(contentFormat);
  if (!valueFormat || !single || (contentFormat === ContentFormat.opaque && single.type !== "opaque")) {
    throw new OperationError(Code.NotAcceptable, `content format ${contentFormat} cannot hold what was asked for`);
  }
  return { contentFormat, payload: valueFormat.encode(single) };
}

/**
 * Reads the payload of a Write or Create about `path`. Throws OperationError 4.15 for a format that we do not have or
 * that does not fit the level, 4.00 for content that does not fit the format.
 */
export function decodeContent(content: Partial<Content>, path: Path, typeOf: TypeLookup): DataRecord[] {
  const contentFormat = content.contentFormat ?? ContentFormat.text;
  const payload = content.payload ?? new Uint8Array();
  const recordFormat = recordFormats.get(contentFormat);
  if (recordFormat) return asBadRequest(() => recordFormat.decode(payload, path, typeOf));
  const valueFormat = valueFormats.get(contentFormat);
  const type = typeOf(path);
  if (!valueFormat || path.length < 3) {
    throw new OperationError(Code.UnsupportedContentFormat, `content format ${contentFormat} does not fit here`);
  }
  if (!type) throw badRequest("a value for something that holds none");
  return [{ path, value: asBadRequest(() => valueFormat.decode(payload, type)) }];
}

function asBadRequest<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof CodedError) throw badRequest("the payload cannot be read", { cause });
    throw cause;
  }
}
