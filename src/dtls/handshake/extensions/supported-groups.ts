import { decodeUint16List, encodeUint16List } from "./uint16-list.ts";

/** supported_groups (RFC 8422 §5.1.1): NamedGroup code points in order of preference, unknown ones included. */
export function decodeSupportedGroups(data: Uint8Array): readonly number[] {
  return decodeUint16List(data, "supported_groups");
}

export function encodeSupportedGroups(groups: readonly number[]): Uint8Array {
  return encodeUint16List(groups);
}
