import type { DataRecord, TypeLookup } from "../../formats/data-record.ts";
import { formatPath, isWithin, type Path } from "../../formats/path.ts";
import type { Value } from "../../formats/values.ts";
import type { ObjectDefinition, ResourceDefinition } from "../model/object-definition.ts";
import { checkValue } from "./check-value.ts";
import type { DataModel } from "./data-model.ts";
import type { ResourceValue } from "./object.ts";
import { badRequest } from "./operation-error.ts";

/** The types of an object's resources, for the decoders. */
export function typesOfObject(definition: ObjectDefinition): TypeLookup {
  return (path) => (path[0] === definition.id ? definition.resources.get(path[2] ?? -1)?.type : undefined);
}

/** What to do with a record's resource: take it, leave it out, or throw OperationError. */
export type Selection = (resource: ResourceDefinition | undefined, path: Path) => ResourceDefinition | undefined;

/**
 * Sorts checked records of one instance by resource; a multiple resource becomes a map. Throws OperationError 4.00
 * for records outside `target`, doubles, missing values and values that do not fit.
 */
export function collectResources(
  model: DataModel,
  definition: ObjectDefinition,
  target: Path,
  records: readonly DataRecord[],
  select: Selection,
): Map<number, ResourceValue> {
  const singles = new Map<number, Value>();
  const multiples = new Map<number, Map<number, Value>>();
  for (const { path, value } of records) {
    // An instance without resources (LwM2M CBOR) says nothing but that it is meant.
    if (!value && path.length === 2 && target.length === 2 && isWithin(path, target)) continue;
    if (!isWithin(path, target) || path.length < 3)
      throw badRequest(`${formatPath(path)} is not below ${formatPath(target)}`);
    const resource = select(definition.resources.get(path[2] ?? -1), path);
    if (!resource) continue;
    if (value) checkValue(model, resource, path, value);
    if (resource.multiple) addInstance(multiples, path, value);
    else addSingle(singles, path, value);
  }
  return new Map<number, ResourceValue>([...singles, ...multiples]);
}

function addSingle(singles: Map<number, Value>, path: Path, value: Value | undefined): void {
  const [, , id = -1] = path;
  if (path.length !== 3) throw badRequest(`${formatPath(path)}: the resource is not multiple`);
  if (!value || singles.has(id)) throw badRequest(`${formatPath(path)}: exactly one value expected`);
  singles.set(id, value);
}

function addInstance(multiples: Map<number, Map<number, Value>>, path: Path, value: Value | undefined): void {
  const [, , id = -1, instance] = path;
  const values = multiples.get(id) ?? new Map<number, Value>();
  multiples.set(id, values);
  if (instance === undefined && !value) return;
  if (instance === undefined) throw badRequest(`${formatPath(path)}: the resource is multiple`);
  if (!value || values.has(instance)) throw badRequest(`${formatPath(path)}: exactly one value expected`);
  values.set(instance, value);
}
