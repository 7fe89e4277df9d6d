import type { ResourceDefinition } from "../../lwm2m/model/object-definition.ts";

/** "is of type float" or "is executable", for messages. */
export function valueTypeName({ type }: ResourceDefinition): string {
  return type === undefined ? "is executable" : `is of type ${type}`;
}
