import { integerValue, type Value } from "../../formats/values.ts";

/** Firmware Update Delivery Method (/5/0/9). */
export const PUSH_ONLY = 1;
export const PULL_AND_PUSH = 2;

/** By their number in Firmware Update Protocol Support (/5/0/8). */
const protocols = ["coap", "coaps", "http", "https", "coap+tcp", "coaps+tcp"];

/** Resource instances of /5/0/8 for URI schemes. */
export function protocolSupport(schemes: readonly string[]): ReadonlyMap<number, Value> {
  const numbers = schemes.map((scheme) => protocols.indexOf(scheme)).filter((number) => number >= 0);
  return new Map(numbers.sort((a, b) => a - b).map((number, id) => [id, integerValue(number)] as const));
}
