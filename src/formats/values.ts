import { equalBytes } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import { formatObjectLink, type ObjectLink } from "./object-link.ts";

/** A resource value with its LwM2M data type. Integers are bigint: 64 bits do not fit a JavaScript number. */
export type Value =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "unsigned"; readonly value: bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "opaque"; readonly value: Uint8Array }
  /** Seconds since 1970 UTC. */
  | { readonly type: "time"; readonly value: bigint }
  | { readonly type: "objlnk"; readonly value: ObjectLink }
  /** Links in CoRE link format, as text. */
  | { readonly type: "corelnk"; readonly value: string };

export type ValueType = Value["type"];

/** A value that its data type cannot hold; a server sees 4.00. */
export class ValueError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super("BAD_VALUE", message, options);
  }
}

export function stringValue(value: string): Value {
  return { type: "string", value };
}

/** Throws ValueError outside -2^63 .. 2^63-1. */
export function integerValue(value: bigint | number): Value {
  return { type: "integer", value: signed64(value) };
}

/** Throws ValueError outside 0 .. 2^64-1. */
export function unsignedValue(value: bigint | number): Value {
  return { type: "unsigned", value: unsigned64(value) };
}

export function floatValue(value: number): Value {
  return { type: "float", value };
}

export function booleanValue(value: boolean): Value {
  return { type: "boolean", value };
}

export function opaqueValue(value: Uint8Array): Value {
  return { type: "opaque", value };
}

/** Seconds since 1970 UTC. */
export function timeValue(value: bigint | number): Value {
  return { type: "time", value: signed64(value) };
}

export function objectLinkValue(objectId: number, instanceId: number): Value {
  return { type: "objlnk", value: { objectId, instanceId } };
}

export function coreLinkValue(value: string): Value {
  return { type: "corelnk", value };
}

/** Makes the value of a whole number for one of the three integer types. */
export function wholeValue(type: "integer" | "unsigned" | "time", value: bigint): Value {
  return type === "unsigned" ? unsignedValue(value) : { type, value: signed64(value) };
}

export function equalValues(a: Value, b: Value): boolean {
  if (a.type === "opaque" && b.type === "opaque") return equalBytes(a.value, b.value);
  if (a.type === "objlnk" && b.type === "objlnk") return formatObjectLink(a.value) === formatObjectLink(b.value);
  return a.type === b.type && Object.is(a.value, b.value);
}

/** The value as a number where gt, lt and st may look at it; undefined for any other type. */
export function numericValue(value: Value): number | undefined {
  if (value.type === "float") return value.value;
  if (value.type === "integer" || value.type === "unsigned" || value.type === "time") return Number(value.value);
  return undefined;
}

function signed64(value: bigint | number): bigint {
  const whole = toBigInt(value);
  if (BigInt.asIntN(64, whole) !== whole) throw new ValueError(`${whole} does not fit a signed 64-bit integer`);
  return whole;
}

function unsigned64(value: bigint | number): bigint {
  const whole = toBigInt(value);
  if (BigInt.asUintN(64, whole) !== whole) throw new ValueError(`${whole} does not fit an unsigned 64-bit integer`);
  return whole;
}

function toBigInt(value: bigint | number): bigint {
  if (typeof value === "bigint") return value;
  if (!Number.isSafeInteger(value)) throw new ValueError(`${value} is not a whole number that is held exactly`);
  return BigInt(value);
}
