import { ByteWriter, encodeUtf8 } from "../util/bytes.ts";

/** A number that is written as a float even when it is whole: readers may take the type from it, as Leshan does. */
export class CborFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What we encode. A whole `number` becomes an integer. */
export type EncodableCbor =
  | null
  | boolean
  | string
  | Uint8Array
  | number
  | bigint
  | CborFloat
  | readonly EncodableCbor[]
  | ReadonlyMap<number | string, EncodableCbor>;

/** RFC 8949 §3.1. */
const Major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5 } as const;
const simple = { false: 0xf4, true: 0xf5, null: 0xf6 } as const;

/** The shortest form of everything (RFC 8949 §4.2.1), map keys in their order. Throws RangeError beyond 64 bits. */
export function encodeCborItem(item: EncodableCbor): Uint8Array {
  const writer = new ByteWriter();
  write(writer, item);
  return writer.finish();
}

function write(writer: ByteWriter, item: EncodableCbor): void {
  if (typeof item === "string") writeText(writer, item);
  else if (typeof item === "bigint") writeWhole(writer, item);
  else if (typeof item === "number") writeNumber(writer, item);
  else if (item instanceof CborFloat) writeFloat(writer, item.value);
  else if (item === null) writer.uint8(simple.null);
  else if (typeof item === "boolean") writer.uint8(item ? simple.true : simple.false);
  else if (item instanceof Uint8Array) writeHead(writer, Major.bytes, item.length).bytes(item);
  else if (item instanceof Map) writeMap(writer, item);
  else if (isArray(item)) writeArray(writer, item);
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = encodeUtf8(text);
  writeHead(writer, Major.text, bytes.length).bytes(bytes);
}

function writeMap(writer: ByteWriter, map: ReadonlyMap<number | string, EncodableCbor>): void {
  writeHead(writer, Major.map, map.size);
  for (const [key, value] of map) {
    write(writer, key);
    write(writer, value);
  }
}

function writeArray(writer: ByteWriter, items: readonly EncodableCbor[]): void {
  writeHead(writer, Major.array, items.length);
  for (const item of items) write(writer, item);
}

function isArray(item: EncodableCbor): item is readonly EncodableCbor[] {
  return Array.isArray(item);
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value)) writeFloat(writer, value);
  else if (value >= 0) writeHead(writer, Major.unsigned, value);
  else writeHead(writer, Major.negative, -1 - value);
}

function writeWhole(writer: ByteWriter, value: bigint): void {
  if (value >= 0n) writeHead(writer, Major.unsigned, value);
  else writeHead(writer, Major.negative, -1n - value);
}

function writeHead(writer: ByteWriter, major: number, argument: number | bigint): ByteWriter {
  const first = major << 5;
  if (argument < 24) return writer.uint8(first | Number(argument));
  if (argument < 0x100) return writer.uint8(first | 24).uint8(Number(argument));
  if (argument < 0x1_0000) return writer.uint8(first | 25).uint16(Number(argument));
  if (argument < 0x1_0000_0000) return writer.uint8(first | 26).uint32(Number(argument));
  const wide = BigInt(argument);
  if (BigInt.asUintN(64, wide) !== wide) throw new RangeError(`${argument} does not fit 64 bits`);
  return writer
    .uint8(first | 27)
    .uint32(Number(wide >> 32n))
    .uint32(Number(wide & 0xffff_ffffn));
}

const scratch = new DataView(new ArrayBuffer(8));

/** Half, single or double: the shortest that loses nothing. */
function writeFloat(writer: ByteWriter, value: number): void {
  scratch.setFloat32(0, value);
  const single = scratch.getUint32(0);
  if (Number.isNaN(value)) writer.uint8(0xf9).uint16(0x7e00);
  else if (scratch.getFloat32(0) === value) writeSingle(writer, single);
  else {
    scratch.setFloat64(0, value);
    writer.uint8(0xfb).uint32(scratch.getUint32(0)).uint32(scratch.getUint32(4));
  }
}

function writeSingle(writer: ByteWriter, single: number): void {
  const half = asHalf(single);
  if (half === undefined) writer.uint8(0xfa).uint32(single);
  else writer.uint8(0xf9).uint16(half);
}

/** The bits of the half (IEEE 754 binary16) that is the same number as these bits of a single. */
function asHalf(single: number): number | undefined {
  const sign = (single >>> 16) & 0x8000;
  const exponent = ((single >>> 23) & 0xff) - 127;
  const mantissa = single & 0x7f_ffff;
  if ((single & 0x7fff_ffff) === 0) return sign;
  if (exponent === 128) return mantissa === 0 ? sign | 0x7c00 : undefined;
  if (exponent >= -14 && exponent <= 15 && (mantissa & 0x1fff) === 0) {
    return sign | ((exponent + 15) << 10) | (mantissa >>> 13);
  }
  // Below 2^-14 a half has a fixed point at 2^-24 and no leading one of its own.
  const shift = -1 - exponent;
  const whole = mantissa | 0x80_0000;
  if (exponent < -24 || exponent >= -14 || whole % 2 ** shift !== 0) return undefined;
  return sign | (whole >>> shift);
}
