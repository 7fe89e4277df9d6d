import type { ObjectLink } from "../../formats/object-link.ts";
import type { Value } from "../../formats/values.ts";
import { isMultiple } from "../data-model/object.ts";
import type { InstanceContent } from "./configuration.ts";

/** The single value of a resource; undefined when it is absent or multiple. */
function single(content: InstanceContent, id: number): Value | undefined {
  const value = content.get(id);
  return value && !isMultiple(value) ? value : undefined;
}

export function textOf(content: InstanceContent, id: number): string | undefined {
  const value = single(content, id);
  return value?.type === "string" ? value.value : undefined;
}

/** Integer, unsigned or time; undefined when a JavaScript number does not hold it exactly. */
export function numberOf(content: InstanceContent, id: number): number | undefined {
  return plainNumber(single(content, id));
}

export function booleanOf(content: InstanceContent, id: number): boolean | undefined {
  const value = single(content, id);
  return value?.type === "boolean" ? value.value : undefined;
}

/** An empty value is as good as none. */
export function bytesOf(content: InstanceContent, id: number): Uint8Array | undefined {
  const value = single(content, id);
  return value?.type === "opaque" && value.value.length > 0 ? value.value : undefined;
}

export function linkOf(content: InstanceContent, id: number): ObjectLink | undefined {
  const value = single(content, id);
  return value?.type === "objlnk" ? value.value : undefined;
}

/** The values of a multiple resource in the order of their ids. */
export function valuesOf(content: InstanceContent, id: number): readonly Value[] {
  const value = content.get(id);
  return value && isMultiple(value) ? [...value].sort(([a], [b]) => a - b).map(([, each]) => each) : [];
}

export function numbersOf(content: InstanceContent, id: number): readonly number[] {
  return valuesOf(content, id).flatMap((value) => plainNumber(value) ?? []);
}

export function textsOf(content: InstanceContent, id: number): readonly string[] {
  return valuesOf(content, id).flatMap((value) => (value.type === "string" ? [value.value] : []));
}

function plainNumber(value: Value | undefined): number | undefined {
  if (value?.type !== "integer" && value?.type !== "unsigned" && value?.type !== "time") return undefined;
  const number = Number(value.value);
  return Number.isSafeInteger(number) ? number : undefined;
}
