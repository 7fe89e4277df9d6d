import { numericValue, type Value } from "../../formats/values.ts";

/** What the registry's RangeEnumeration allows: numbers for numeric types, lengths in bytes for the others. */
export type ValueRange =
  | { readonly kind: "between"; readonly min: number; readonly max: number }
  | { readonly kind: "oneOf"; readonly values: readonly number[] };

/**
 * Reads "0..65535", "0-3", "0..255 bytes" and "16,32,48". The registry also holds words, bit sizes and single numbers
 * whose meaning is not agreed on ("255", "8 bit"): undefined for all of them, so nothing is refused by guesswork.
 */
export function parseValueRange(text: string): ValueRange | undefined {
  const bare = text.trim().replace(/\s*bytes$/i, "");
  const between = /^(-?\d+(?:\.\d+)?)\s*(?:\.\.|-)\s*(-?\d+(?:\.\d+)?)$/.exec(bare);
  if (between) return { kind: "between", min: Number(between[1]), max: Number(between[2]) };
  if (/^\d+(?:\s*[,-]\s*\d+){1,15}$/.test(bare)) return { kind: "oneOf", values: bare.split(/[,-]/).map(Number) };
  return undefined;
}

/** Numbers are compared by value, strings and opaques by their length in bytes; other types have no range. */
export function isInRange(value: Value, range: ValueRange): boolean {
  const measure = numericValue(value) ?? byteLength(value);
  if (measure === undefined) return true;
  if (range.kind === "oneOf") return range.values.includes(measure);
  return measure >= range.min && measure <= range.max;
}

function byteLength(value: Value): number | undefined {
  if (value.type === "string") return new TextEncoder().encode(value.value).length;
  return value.type === "opaque" ? value.value.length : undefined;
}
