import type { ObjectDefinition, ResourceDefinition } from "../../../lwm2m/model/object-definition.ts";

/** A resource as generated code describes it. */
export type ResourceShape = Omit<ResourceDefinition, "description">;

/** An object definition as a constant of TypeScript, which `lwm2m-safe object types` prints from OMA XML. */
export interface ObjectShape extends Omit<ObjectDefinition, "description" | "resources"> {
  /** By name in code. */
  readonly resources: Readonly<Record<string, ResourceShape>>;
}

/** The definition that the data model works with. */
export function shapeDefinition({ resources, ...object }: ObjectShape): ObjectDefinition {
  const byId = Object.values(resources).map((resource) => [resource.id, { ...resource, description: "" }] as const);
  return { ...object, description: "", resources: new Map(byId.sort(([a], [b]) => a - b)) };
}
