import { formatPath, type Path } from "../../formats/path.ts";
import { isWritable } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import { isMultiple } from "./object.ts";
import { methodNotAllowed, notFound, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findResource } from "./target.ts";

/**
 * Deletes one object instance or, from 1.2 on, one instance of a multiple resource. Throws OperationError 4.01, 4.04,
 * 4.05 (OMA LwM2M Core 1.2 §6.3.7).
 */
export async function carryOutDelete(model: DataModel, path: Path, context: ServerContext): Promise<void> {
  if (path.length === 2) return deleteInstance(model, path, context);
  if (path.length === 4 && context.version === "1.2") return deleteResourceInstance(model, path, context);
  throw methodNotAllowed(`${formatPath(path)} cannot be deleted`);
}

async function deleteInstance(model: DataModel, path: Path, context: ServerContext): Promise<void> {
  const { object, instance } = findInstance(model, path);
  requireRight(context, object.definition.id, instance);
  if (!object.delete) throw methodNotAllowed(`${formatPath(path)} cannot be deleted`);
  await object.delete(instance);
}

async function deleteResourceInstance(model: DataModel, path: Path, context: ServerContext): Promise<void> {
  const { object, instance, resource } = findResource(model, path);
  const [, , , id = -1] = path;
  requireRight(context, object.definition.id, instance);
  if (!isWritable(resource) || !object.prepareWrite) throw methodNotAllowed(`${formatPath(path)} is not writable`);
  const values = await object.read(instance, resource.id);
  if (!values || !isMultiple(values) || !values.has(id)) throw notFound(`no resource instance ${formatPath(path)}`);
  const left = new Map([...values].filter(([key]) => key !== id));
  const commit = await object.prepareWrite(instance, { replace: false, resources: new Map([[resource.id, left]]) });
  await commit();
}

function requireRight({ access, shortServerId }: ServerContext, objectId: number, instance: number): void {
  if (access.allows(shortServerId, "delete", objectId, instance)) return;
  throw unauthorized(`no right to delete in ${objectId}/${instance}`);
}
