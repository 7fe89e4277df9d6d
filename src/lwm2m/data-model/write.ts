import { formatPath, type Path } from "../../formats/path.ts";
import { isWritable, type ResourceDefinition } from "../model/object-definition.ts";
import { type Content, decodeContent } from "./content.ts";
import type { DataModel } from "./data-model.ts";
import { type Commit, type InstanceWrite, isMultiple, type LwM2mObject, type ResourceValue } from "./object.ts";
import { badRequest, methodNotAllowed, notFound, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findResource, type InstanceTarget } from "./target.ts";
import { collectResources, type Selection, typesOfObject } from "./write-set.ts";

/** Replace is PUT; update (POST) leaves what is not listed, down to resource instances. */
export type WriteMode = "replace" | "update";

/**
 * Checks a Write and returns what makes it happen, so that several can be all or nothing. Throws OperationError
 * 4.00, 4.01, 4.04, 4.05, 4.15 (OMA LwM2M Core 1.2 §6.3.3).
 */
export async function prepareWrite(
  model: DataModel,
  path: Path,
  content: Partial<Content>,
  mode: WriteMode,
  context: ServerContext,
): Promise<Commit> {
  if (path.length < 2) throw methodNotAllowed(`${formatPath(path)} cannot be written as a whole`);
  const resourceTarget = path.length === 2 ? undefined : findResource(model, path);
  const target = resourceTarget ?? findInstance(model, path);
  const { object, instance } = target;
  if (!context.access.allows(context.shortServerId, "write", object.definition.id, instance)) {
    throw unauthorized(`no right to write ${formatPath(path)}`);
  }
  // Before the content: a read-only resource is 4.05 whatever the payload looks like.
  if (resourceTarget) requireWritable(resourceTarget.resource, path);
  const records = decodeContent(content, path, typesOfObject(object.definition), context.version);
  const given = collectResources(model, object.definition, path, records, selection(target));
  if (path.length === 3 && given.size === 0) throw badRequest(`${formatPath(path)}: no value came`);
  const write = await complete(target, given, mode);
  if (!object.prepareWrite) throw methodNotAllowed(`object ${object.definition.id} cannot be written`);
  return object.prepareWrite(instance, write);
}

function selection({ object, instance, path: target }: InstanceTarget): Selection {
  const supported = new Set(object.resources(instance));
  return (resource, path) => {
    // Only a Write on the instance passes over resources that we do not have; below that the target was found.
    if (!resource || !supported.has(resource.id)) {
      if (target.length === 2) return undefined;
      throw notFound(`no resource ${formatPath(path)}`);
    }
    requireWritable(resource, path);
    return resource;
  };
}

function requireWritable(resource: ResourceDefinition, path: Path): void {
  if (!isWritable(resource)) throw methodNotAllowed(`${formatPath(path)} is not writable`);
}

/** Brings what came and what is there together to the new state of each resource. */
async function complete(
  { object, instance, path }: InstanceTarget,
  given: ReadonlyMap<number, ResourceValue>,
  mode: WriteMode,
): Promise<InstanceWrite> {
  const replace = mode === "replace" && path.length === 2;
  if (replace) requireMandatory(object, instance, given);
  const keepsOthers = mode === "update" || path.length === 4;
  const resources = new Map<number, ResourceValue>();
  for (const [id, value] of given) {
    const current = keepsOthers && isMultiple(value) ? await object.read(instance, id) : undefined;
    if (mode === "replace" && path.length === 4) requireInstance(current, path);
    resources.set(id, current && isMultiple(current) && isMultiple(value) ? new Map([...current, ...value]) : value);
  }
  return { replace, resources };
}

function requireMandatory(object: LwM2mObject, instance: number, given: ReadonlyMap<number, ResourceValue>): void {
  for (const id of object.resources(instance)) {
    const resource = object.definition.resources.get(id);
    if (resource?.mandatory && isWritable(resource) && !given.has(id)) {
      throw badRequest(`replacing the instance would leave mandatory resource ${id} without a value`);
    }
  }
}

function requireInstance(current: ResourceValue | undefined, path: Path): void {
  const [, , , id = -1] = path;
  if (!current || !isMultiple(current) || !current.has(id)) throw notFound(`no resource instance ${formatPath(path)}`);
}
