import { ByteReader, decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import {
  booleanValue,
  floatValue,
  objectLinkValue,
  opaqueValue,
  type Value,
  type ValueType,
  wholeValue,
} from "./values.ts";

/** The bytes of one value in TLV; integers take the shortest of 1, 2, 4 and 8 bytes, floats 8 unless 4 are exact. */
export function encodeTlvValue(value: Value): Uint8Array {
  switch (value.type) {
    case "string":
    case "corelnk":
      return encodeUtf8(value.value);
    case "integer":
    case "time":
      return wholeBytes(value.value, BigInt.asIntN);
    case "unsigned":
      return wholeBytes(value.value, BigInt.asUintN);
    case "float":
      return floatBytes(value.value);
    case "boolean":
      return Uint8Array.of(value.value ? 1 : 0);
    case "opaque":
      return value.value;
    case "objlnk":
      return fill(4, (view) => view.setUint32(0, value.value.objectId * 0x10000 + value.value.instanceId));
  }
}

/** Throws DecodeError when the bytes are not of the type. Without a type the bytes stay opaque. */
export function decodeTlvValue(bytes: Uint8Array, type: ValueType | undefined): Value {
  switch (type) {
    case undefined:
    case "opaque":
      return opaqueValue(bytes);
    case "string":
    case "corelnk":
      return { type, value: decodeUtf8(bytes, "TLV string") };
    case "integer":
    case "unsigned":
    case "time":
      return wholeValue(type, readWhole(bytes, type !== "unsigned"));
    case "float":
      return floatValue(readFloat(bytes));
    case "boolean":
      return booleanValue(readBoolean(bytes));
    case "objlnk":
      return readObjectLink(bytes);
  }
}

function wholeBytes(value: bigint, wrap: (bits: number, value: bigint) => bigint): Uint8Array {
  const length = [1, 2, 4].find((bytes) => wrap(8 * bytes, value) === value) ?? 8;
  const all = fill(8, (view) => view.setBigUint64(0, BigInt.asUintN(64, value)));
  return all.subarray(8 - length);
}

function floatBytes(value: number): Uint8Array {
  const isSingle = Object.is(Math.fround(value), value);
  return fill(isSingle ? 4 : 8, (view) => (isSingle ? view.setFloat32(0, value) : view.setFloat64(0, value)));
}

function readWhole(bytes: Uint8Array, signed: boolean): bigint {
  if (![1, 2, 4, 8].includes(bytes.length)) wrongLength("integer", "1, 2, 4 or 8", bytes);
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return signed ? BigInt.asIntN(8 * bytes.length, value) : value;
}

function readFloat(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0);
  if (bytes.length === 8) return view.getFloat64(0);
  return wrongLength("float", "4 or 8", bytes);
}

function readBoolean(bytes: Uint8Array): boolean {
  const [byte] = bytes;
  if (bytes.length !== 1) wrongLength("boolean", "1", bytes);
  if (byte !== 0 && byte !== 1) throw new DecodeError("TLV boolean: 0 or 1 expected", 0);
  return byte === 1;
}

function readObjectLink(bytes: Uint8Array): Value {
  if (bytes.length !== 4) wrongLength("object link", "4", bytes);
  const reader = new ByteReader(bytes, "TLV object link");
  return objectLinkValue(reader.uint16(), reader.uint16());
}

function wrongLength(what: string, expected: string, bytes: Uint8Array): never {
  throw new DecodeError(`TLV ${what}: ${expected} bytes expected, ${bytes.length} came`, 0);
}

function fill(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}
