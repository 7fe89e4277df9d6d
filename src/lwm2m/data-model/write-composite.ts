import type { DataRecord, TypeLookup } from "../../formats/data-record.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import type { Value } from "../../formats/values.ts";
import { isWritable } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import { type Commit, isMultiple, type LwM2mObject, type ResourceValue } from "./object.ts";
import { badRequest, methodNotAllowed, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findResource, type ResourceTarget } from "./target.ts";
import { collectResources } from "./write-set.ts";

/** The types of all resources there are, for the decoders. */
export function typesOfModel(model: DataModel): TypeLookup {
  return ([objectId = -1, , resource = -1]) => model.object(objectId)?.definition.resources.get(resource)?.type;
}

/**
 * Checks all values of a Write-Composite and returns what makes all of them happen: all or nothing. Resource instances
 * come and, by senml-etch, go; object instances never. Throws OperationError 4.00, 4.01, 4.04, 4.05 (OMA LwM2M Core
 * 1.2 §6.3.9).
 */
export async function prepareWriteComposite(
  model: DataModel,
  records: readonly DataRecord[],
  context: ServerContext,
): Promise<Commit> {
  if (records.length === 0) throw badRequest("nothing to write");
  const targets = records.map((record) => checkTarget(model, record, context));
  const commits: Commit[] = [];
  for (const group of groupByInstance(records, targets)) commits.push(await prepareInstance(model, group));
  return async () => {
    for (const commit of commits) await commit();
  };
}

/** What one instance is asked to change. */
interface InstanceGroup {
  readonly object: LwM2mObject;
  readonly instance: number;
  readonly records: DataRecord[];
}

function checkTarget(model: DataModel, { path, value, removed }: DataRecord, context: ServerContext): ResourceTarget {
  if (path.length < 3) throw badRequest(`${formatPath(path)} is not a resource`);
  const target = findResource(model, path);
  const { object, instance, resource } = target;
  if (!context.access.allows(context.shortServerId, "write", object.definition.id, instance)) {
    throw unauthorized(`no right to write ${formatPath(path)}`);
  }
  if (!isWritable(resource)) throw methodNotAllowed(`${formatPath(path)} is not writable`);
  if (removed && !(resource.multiple && path.length === 4))
    throw badRequest(`${formatPath(path)} is not a resource instance that could go`);
  if (!value && !removed) throw badRequest(`${formatPath(path)}: no value came`);
  return target;
}

function groupByInstance(records: readonly DataRecord[], targets: readonly ResourceTarget[]): InstanceGroup[] {
  const groups = new Map<string, InstanceGroup>();
  for (const [i, { object, instance, path }] of targets.entries()) {
    const key = formatPath(path.slice(0, 2));
    const group = groups.get(key) ?? { object, instance, records: [] };
    groups.set(key, group);
    group.records.push(...records.slice(i, i + 1));
  }
  return [...groups.values()];
}

async function prepareInstance(model: DataModel, { object, instance, records }: InstanceGroup): Promise<Commit> {
  const { definition } = object;
  const given = collectResources(
    model,
    definition,
    [definition.id, instance],
    records.filter(({ removed }) => !removed),
    (resource) => resource,
  );
  const removed = records.filter((record) => record.removed).map(({ path }) => path);
  const resources = new Map<number, ResourceValue>(given);
  for (const id of new Set([...given.keys(), ...removed.map(([, , id = -1]) => id)])) {
    if (definition.resources.get(id)?.multiple) resources.set(id, await changed(object, instance, id, given, removed));
  }
  if (!object.prepareWrite) throw methodNotAllowed(`object ${definition.id} cannot be written`);
  return object.prepareWrite(instance, { replace: false, resources });
}

/** The resource instances after the change: those there are, with the given ones, without the removed ones. */
async function changed(
  object: LwM2mObject,
  instance: number,
  id: number,
  given: ReadonlyMap<number, ResourceValue>,
  removed: readonly Path[],
): Promise<ReadonlyMap<number, Value>> {
  const current = await object.read(instance, id);
  const values = given.get(id);
  const after = new Map<number, Value>(current && isMultiple(current) ? current : []);
  const set = values && isMultiple(values) ? values : new Map<number, Value>();
  for (const [key, value] of set) after.set(key, value);
  for (const [, , , key = -1] of removed.filter(([, , resource]) => resource === id)) {
    if (set.has(key)) throw badRequest(`${object.definition.id}/${instance}/${id}/${key} is written and removed`);
    after.delete(key);
  }
  return after;
}
