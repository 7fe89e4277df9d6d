import type { ValueType } from "../../../formats/values.ts";
import type { ObjectDefinition, ResourceOperations } from "../../../lwm2m/model/object-definition.ts";
import type { ValueRange } from "../../../lwm2m/model/value-range.ts";

/** A resource as generated code describes it. */
export interface ResourceShape {
  readonly id: number;
  readonly name: string;
  readonly operations: ResourceOperations;
  readonly multiple: boolean;
  readonly mandatory: boolean;
  /** Absent for executables. */
  readonly type?: ValueType;
  readonly range?: ValueRange;
  readonly units: string;
}

/** An object definition as a constant of TypeScript, which `lwm2m-safe object types` prints from OMA XML. */
export interface ObjectShape {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly urn: string;
  readonly multiple: boolean;
  readonly mandatory: boolean;
  /** By name in code. */
  readonly resources: Readonly<Record<string, ResourceShape>>;
}

/** The definition that the data model works with. */
export function shapeDefinition({ resources, ...object }: ObjectShape): ObjectDefinition {
  const byId = Object.values(resources).map((resource) => [resource.id, { ...resource, description: "" }] as const);
  return { ...object, description: "", resources: new Map(byId.sort(([a], [b]) => a - b)) };
}
