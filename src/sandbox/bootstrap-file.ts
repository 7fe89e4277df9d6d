import { concatBytes, encodeUtf8 } from "../util/bytes.ts";

/** What a resource holds: text, a whole number, a flag, bytes; a list is a multiple resource with ids from 0 on. */
export type FileValue = string | number | boolean | Uint8Array;

export interface FileObject {
  readonly id: number;
  /** "2.5" takes two bytes; absent: one byte 00, the version that belongs to the enabler. */
  readonly version?: string;
  /** Resources by id, instances by id. */
  readonly instances: Readonly<Record<number, Readonly<Record<number, FileValue | readonly FileValue[]>>>>;
}

/**
 * The content of EF(LwM2M_Bootstrap) (OMA LwM2M Core 1.2 appendix G): what an operator writes on a SIM. It has a TLV writer of
 * its own, so that the reader is not tested against itself.
 */
export function writeBootstrapFile(objects: readonly FileObject[]): Uint8Array {
  const body = concatBytes(objects.map(writeObject));
  return concatBytes([bytes16(objects.length), bytes16(body.length), body]);
}

function writeObject({ id, version, instances }: FileObject): Uint8Array {
  const body = concatBytes(
    entriesOf(instances).map(([instance, resources]) => entry(0b00, instance, writeResources(resources))),
  );
  return concatBytes([bytes16(id), writeVersion(version), bytes16(body.length), body]);
}

function writeVersion(version: string | undefined): Uint8Array {
  if (version === undefined) return Uint8Array.of(0);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return Uint8Array.of(major, minor);
}

function writeResources(resources: FileObject["instances"][number]): Uint8Array {
  return concatBytes(entriesOf(resources).map(([id, value]) => writeResource(id, value)));
}

function writeResource(id: number, value: FileValue | readonly FileValue[]): Uint8Array {
  if (!isList(value)) return entry(0b11, id, writeValue(value));
  return entry(0b10, id, concatBytes(value.map((each, index) => entry(0b01, index, writeValue(each)))));
}

function isList(value: FileValue | readonly FileValue[]): value is readonly FileValue[] {
  return Array.isArray(value);
}

function writeValue(value: FileValue): Uint8Array {
  if (typeof value === "string") return encodeUtf8(value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 0);
  return typeof value === "number" ? signedInteger(value) : value;
}

/** The shortest of 1, 2 and 4 bytes; more is never on a SIM. */
function signedInteger(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value);
  const length = value >= -0x80 && value < 0x80 ? 1 : value >= -0x8000 && value < 0x8000 ? 2 : 4;
  return new Uint8Array(view.buffer, 4 - length);
}

function entry(kind: number, id: number, value: Uint8Array): Uint8Array {
  const { length } = value;
  const lengthBytes = length < 8 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  const type = kind * 64 + (id > 255 ? 32 : 0) + lengthBytes * 8 + (lengthBytes === 0 ? length : 0);
  const size = Uint8Array.of(length >> 16, (length >> 8) & 0xff, length & 0xff).subarray(3 - lengthBytes);
  return concatBytes([Uint8Array.of(type), id > 255 ? bytes16(id) : Uint8Array.of(id), size, value]);
}

function bytes16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function entriesOf<T>(record: Readonly<Record<number, T>>): [number, T][] {
  return Object.entries(record).map(([id, value]) => [Number(id), value]);
}
