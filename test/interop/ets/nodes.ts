import assert from "node:assert/strict";
import type { LeshanNode, LeshanValue } from "../../support/foreign/leshan-json.ts";

/** Values by path, as text; object links as "3:0". */
export type Values = Readonly<Record<string, string>>;

/** Every value at and below a node that Leshan read at `path`. */
export function valuesOf(node: LeshanNode | null | undefined, path: string): Values {
  return Object.fromEntries(entriesOf(node, path));
}

/** The values of a composite answer. */
export function compositeValues(nodes: Readonly<Record<string, LeshanNode | null>> | undefined): Values {
  return Object.fromEntries(Object.entries(nodes ?? {}).flatMap(([path, node]) => entriesOf(node, path)));
}

/** Asserts that these values are among those that came. */
export function assertValues(actual: Values, expected: Values): void {
  const same = Object.fromEntries(Object.keys(expected).map((path) => [path, actual[path]]));
  assert.deepEqual(same, expected);
}

export type NodeType = "string" | "integer" | "boolean" | "time" | "opaque" | "float" | "objlnk";

export function single(id: number, type: NodeType, value: LeshanValue): LeshanNode {
  return { kind: "singleResource", id, type, value };
}

export function multiple(id: number, type: NodeType, values: Readonly<Record<string, LeshanValue>>): LeshanNode {
  return { kind: "multiResource", id, type, values };
}

export function instance(id: number, ...resources: LeshanNode[]): LeshanNode {
  return { kind: "instance", id, resources };
}

function entriesOf(node: LeshanNode | null | undefined, path: string): [string, string][] {
  if (!node) return [];
  const below = (id: number | undefined): string => `${path === "/" ? "" : path}/${id}`;
  switch (node.kind) {
    case "root":
      return node.objects.flatMap((one) => entriesOf(one, below(idOf(one))));
    case "obj":
      return node.instances.flatMap((one) => entriesOf(one, below(idOf(one))));
    case "instance":
      return node.resources.flatMap((one) => entriesOf(one, below(idOf(one))));
    case "multiResource":
      return Object.entries(node.values).map(([id, value]) => [`${path}/${id}`, textOf(value)]);
    default:
      return [[path, textOf(node.value)]];
  }
}

function idOf(node: LeshanNode): number | undefined {
  return "id" in node ? node.id : undefined;
}

function textOf(value: LeshanValue): string {
  return typeof value === "object" ? `${value.objectId}:${value.objectInstanceId}` : String(value);
}
