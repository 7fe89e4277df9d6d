import { opaqueValue, type Value, ValueError } from "./values.ts";

/** application/octet-stream: the bytes of one opaque value and nothing else. Throws ValueError for another type. */
export function encodeOpaque(value: Value): Uint8Array {
  if (value.type !== "opaque") throw new ValueError(`octet-stream carries opaque values, not ${value.type}`);
  return value.value;
}

export function decodeOpaque(bytes: Uint8Array): Value {
  return opaqueValue(bytes);
}
