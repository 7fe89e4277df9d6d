import { formatPath, MAX_ID, type Path } from "../../formats/path.ts";
import type { Value } from "../../formats/values.ts";
import type { ResourceDefinition } from "../model/object-definition.ts";
import { isInRange } from "../model/value-range.ts";
import type { DataModel } from "./data-model.ts";
import { badRequest } from "./operation-error.ts";

/** Throws OperationError 4.00 when a value is not of the resource's type, out of its range, or a link to nothing. */
export function checkValue(model: DataModel, resource: ResourceDefinition, path: Path, value: Value): void {
  if (value.type !== resource.type)
    throw badRequest(`${formatPath(path)} is of type ${resource.type}, not ${value.type}`);
  if (resource.range && !isInRange(value, resource.range)) throw badRequest(`${formatPath(path)}: value out of range`);
  if (value.type === "objlnk" && !pointsSomewhere(model, value.value.objectId, value.value.instanceId)) {
    throw badRequest(`${formatPath(path)}: link to an object or instance that is not there`);
  }
}

/** OMA LwM2M Core 1.2 §6.3.3: null, an object without instance, or an instance that exists. */
function pointsSomewhere(model: DataModel, objectId: number, instanceId: number): boolean {
  if (objectId === MAX_ID) return instanceId === MAX_ID;
  return instanceId === MAX_ID ? model.object(objectId) !== undefined : model.hasInstance(objectId, instanceId);
}
