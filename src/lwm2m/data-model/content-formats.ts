import { decodeCbor, encodeCbor } from "../../formats/cbor.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import type { DataRecord, TypeLookup } from "../../formats/data-record.ts";
import { decodeLwM2mCbor, encodeLwM2mCbor } from "../../formats/lwm2m-cbor.ts";
import { decodeLwM2mJson, encodeLwM2mJson } from "../../formats/lwm2m-json.ts";
import { decodeOpaque, encodeOpaque } from "../../formats/opaque.ts";
import type { Path } from "../../formats/path.ts";
import { decodeSenmlCbor, encodeSenmlCbor } from "../../formats/senml-cbor.ts";
import { decodeSenmlJson, encodeSenmlJson } from "../../formats/senml-json.ts";
import { decodeText, encodeText } from "../../formats/text.ts";
import { decodeTlv, encodeTlv } from "../../formats/tlv.ts";
import type { Value, ValueType } from "../../formats/values.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";

/** What a single value can be written in. */
export interface ValueFormat {
  encode(value: Value): Uint8Array;
  decode(bytes: Uint8Array, type: ValueType): Value;
}

/** What any number of records can be written in. */
export interface RecordFormat {
  encode(base: Path, records: readonly DataRecord[]): Uint8Array;
  decode(bytes: Uint8Array, base: Path, typeOf: TypeLookup): DataRecord[];
  /** Several values of one path can be told apart by their time. */
  readonly hasTime: boolean;
}

/** What a composite request can be written in. */
export type CompositeDecoder = (bytes: Uint8Array, typeOf: TypeLookup) => DataRecord[];

export const valueFormats: ReadonlyMap<number, ValueFormat> = new Map([
  [ContentFormat.text, { encode: encodeText, decode: decodeText }],
  [ContentFormat.opaque, { encode: encodeOpaque, decode: decodeOpaque }],
  [ContentFormat.cbor, { encode: encodeCbor, decode: decodeCbor }],
]);

const tlv: RecordFormat = { encode: encodeTlv, decode: decodeTlv, hasTime: false };
const lwm2mJson: RecordFormat = { encode: encodeLwM2mJson, decode: decodeLwM2mJson, hasTime: true };
const senmlJson: RecordFormat = {
  encode: encodeSenmlJson,
  decode: (bytes, _, typeOf) => decodeSenmlJson(bytes, typeOf),
  hasTime: true,
};
const senmlCbor: RecordFormat = {
  encode: encodeSenmlCbor,
  decode: (bytes, _, typeOf) => decodeSenmlCbor(bytes, typeOf),
  hasTime: true,
};
const lwm2mCbor: RecordFormat = {
  encode: encodeLwM2mCbor,
  decode: (bytes, _, typeOf) => decodeLwM2mCbor(bytes, typeOf),
  hasTime: false,
};

const always: readonly (readonly [number, RecordFormat])[] = [
  [ContentFormat.senmlJson, senmlJson],
  [ContentFormat.senmlCbor, senmlCbor],
  [ContentFormat.tlv, tlv],
  [ContentFormat.lwm2mCbor, lwm2mCbor],
];

/** OMA LwM2M Core 1.2 §7.4: a client that registered as 1.1 or later must not use LwM2M JSON. */
const byVersion: Readonly<Record<LwM2mVersion, ReadonlyMap<number, RecordFormat>>> = {
  "1.0": new Map([...always, [ContentFormat.lwm2mJson, lwm2mJson]]),
  "1.1": new Map(always),
  "1.2": new Map(always),
};

const compositeDecoders: ReadonlyMap<number, CompositeDecoder> = new Map<number, CompositeDecoder>([
  [ContentFormat.senmlJson, (bytes, typeOf) => decodeSenmlJson(bytes, typeOf)],
  [ContentFormat.senmlCbor, (bytes, typeOf) => decodeSenmlCbor(bytes, typeOf)],
  [ContentFormat.senmlEtchJson, (bytes, typeOf) => decodeSenmlJson(bytes, typeOf, "etch")],
  [ContentFormat.senmlEtchCbor, (bytes, typeOf) => decodeSenmlCbor(bytes, typeOf, "etch")],
]);

export function recordFormat(contentFormat: number | undefined, version: LwM2mVersion): RecordFormat | undefined {
  return contentFormat === undefined ? undefined : byVersion[version].get(contentFormat);
}

export function isRecordFormat(contentFormat: number | undefined, version: LwM2mVersion): boolean {
  return recordFormat(contentFormat, version) !== undefined;
}

export function compositeDecoder(contentFormat: number | undefined): CompositeDecoder | undefined {
  return contentFormat === undefined ? undefined : compositeDecoders.get(contentFormat);
}

/** The Content-Formats that a registration announces for Read and Write (`ct` of the root link). */
export function announcedFormats(version: LwM2mVersion): readonly number[] {
  const { cbor, senmlJson: json, senmlCbor: binary } = ContentFormat;
  const { senmlEtchJson, senmlEtchCbor } = ContentFormat;
  const older = [cbor, json, binary, ContentFormat.tlv];
  if (version !== "1.2") return older;
  return [cbor, json, binary, senmlEtchJson, senmlEtchCbor, ContentFormat.tlv, ContentFormat.lwm2mCbor];
}
