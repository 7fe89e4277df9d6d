import type { DataRecord } from "../../formats/data-record.ts";
import { formatPath, isWithin, type Path } from "../../formats/path.ts";
import type { Value } from "../../formats/values.ts";
import type { ResourceValue } from "../data-model/object.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { ResourceDefinition } from "../model/object-definition.ts";
import { isInRange } from "../model/value-range.ts";
import type { ConfigurableObject } from "./configurable-object.ts";
import type { InstanceContent } from "./configuration.ts";

/**
 * Sorts the records of a payload by instance and resource, and checks types and ranges. Resources that the object does
 * not know or take are passed over (OMA LwM2M Core 1.2 §6.1.7.5). Links are not followed: what they point to may come
 * later in the session. Throws OperationError 4.00.
 */
export function collectInstances(
  object: ConfigurableObject,
  target: Path,
  records: readonly DataRecord[],
): Map<number, InstanceContent> {
  const instances = new Map<number, Map<number, ResourceValue>>();
  for (const { path, value } of records) {
    if (!isWithin(path, target) || path.length < 2) throw badRequest(`${at(path)} is not below ${at(target)}`);
    const [, instanceId = 0, resourceId] = path;
    const content = instances.get(instanceId) ?? new Map<number, ResourceValue>();
    instances.set(instanceId, content);
    const resource = object.definition.resources.get(resourceId ?? -1);
    if (!resource || !object.accepts(resource)) continue;
    if (value) checkFits(resource, path, value);
    add(content, resource, path, value);
  }
  return instances;
}

function checkFits(resource: ResourceDefinition, path: Path, value: Value): void {
  if (value.type !== resource.type) throw badRequest(`${at(path)} is of type ${resource.type}, not ${value.type}`);
  // An empty key or certificate is how "none" is written, whatever lengths the registry names.
  const isEmpty = value.type === "opaque" && value.value.length === 0;
  if (resource.range && !isEmpty && !isInRange(value, resource.range))
    throw badRequest(`${at(path)}: value out of range`);
}

function add(
  content: Map<number, ResourceValue>,
  resource: ResourceDefinition,
  path: Path,
  value: Value | undefined,
): void {
  const isResourceInstance = path.length === 4;
  if (!resource.multiple) {
    if (isResourceInstance) throw badRequest(`${at(path)}: the resource is not multiple`);
    if (!value || content.has(resource.id)) throw badRequest(`${at(path)}: exactly one value expected`);
    content.set(resource.id, value);
    return;
  }
  const others = content.get(resource.id);
  const values = others instanceof Map ? others : new Map<number, Value>();
  content.set(resource.id, values);
  if (!isResourceInstance && !value) return;
  const [, , , id] = path;
  if (id === undefined || !value || values.has(id))
    throw badRequest(`${at(path)}: one value a resource instance expected`);
  values.set(id, value);
}

const at = formatPath;
