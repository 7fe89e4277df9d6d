import { Code } from "../../coap/message.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import type { DataRecord, TypeLookup } from "../../formats/data-record.ts";
import type { Path } from "../../formats/path.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { compositeDecoder, recordFormat, valueFormats } from "./content-formats.ts";
import { badRequest, OperationError } from "./operation-error.ts";

/** A payload and the Content-Format it is in. */
export interface Content {
  readonly contentFormat: number;
  readonly payload: Uint8Array;
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
  const contentFormat = accept ?? (single ? ContentFormat.text : preferredFormat(version));
  const format = recordFormat(contentFormat, version);
  if (format) return { contentFormat, payload: format.encode(path, records) };
  const valueFormat = valueFormats.get(contentFormat);
  if (!valueFormat || !single || (contentFormat === ContentFormat.opaque && single.type !== "opaque")) {
    throw notAcceptable(contentFormat);
  }
  return { contentFormat, payload: valueFormat.encode(single) };
}

const compositeAnswers: ReadonlySet<number> = new Set([
  ContentFormat.senmlJson,
  ContentFormat.senmlCbor,
  ContentFormat.lwm2mCbor,
]);

/** As `encodeContent` for records from anywhere: their names start at the root. Throws OperationError 4.06. */
export function encodeComposite(records: readonly DataRecord[], accept: number, version: LwM2mVersion): Content {
  const format = compositeAnswers.has(accept) ? recordFormat(accept, version) : undefined;
  if (!format) throw notAcceptable(accept);
  return { contentFormat: accept, payload: format.encode([], records) };
}

/** Reads the payload of a composite request. Throws OperationError 4.15 and 4.00. */
export function decodeComposite({ contentFormat, payload }: Partial<Content>, typeOf: TypeLookup): DataRecord[] {
  const decode = compositeDecoder(contentFormat);
  if (!decode) throw unsupported(contentFormat);
  return asBadRequest(() => decode(payload ?? new Uint8Array(), typeOf));
}

/**
 * Reads the payload of a Write or Create about `path`. Throws OperationError 4.15 for a format that we do not have or
 * that does not fit the level, 4.00 for content that does not fit the format.
 */
export function decodeContent(
  content: Partial<Content>,
  path: Path,
  typeOf: TypeLookup,
  version: LwM2mVersion,
): DataRecord[] {
  const contentFormat = content.contentFormat ?? ContentFormat.text;
  const payload = content.payload ?? new Uint8Array();
  const format = recordFormat(contentFormat, version);
  if (format) return asBadRequest(() => format.decode(payload, path, typeOf));
  const valueFormat = valueFormats.get(contentFormat);
  const type = typeOf(path);
  if (!valueFormat || path.length < 3) throw unsupported(contentFormat);
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

function preferredFormat(version: LwM2mVersion): number {
  return version === "1.0" ? ContentFormat.tlv : ContentFormat.senmlCbor;
}

function notAcceptable(accept: number): OperationError {
  return new OperationError(Code.NotAcceptable, `content format ${accept} cannot hold what was asked for`);
}

function unsupported(contentFormat: number | undefined): OperationError {
  return new OperationError(Code.UnsupportedContentFormat, `content format ${contentFormat} does not fit here`);
}
