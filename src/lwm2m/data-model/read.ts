import type { DataRecord } from "../../formats/data-record.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import { isReadable } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import { isMultiple, type LwM2mObject, type ResourceValue } from "./object.ts";
import { methodNotAllowed, notFound, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findObject, findResource } from "./target.ts";

/**
 * The values below a path, object to resource instance: what is readable, there and allowed. Throws OperationError
 * 4.01, 4.04, 4.05 (OMA LwM2M Core 1.2 §6.3.1).
 */
export async function read(model: DataModel, path: Path, context: ServerContext): Promise<DataRecord[]> {
  if (path.length === 0) throw methodNotAllowed("the root is read by Read-Composite");
  if (path.length === 1) return readObject(model, path, context);
  return path.length === 2 ? readInstance(model, path, context) : readResource(model, path, context);
}

async function readObject(model: DataModel, path: Path, context: ServerContext): Promise<DataRecord[]> {
  const { object } = findObject(model, path);
  const allowed = object.instances().filter((instance) => mayRead(context, object, instance));
  const parts = await Promise.all(allowed.map((instance) => recordsOf(object, instance)));
  return parts.flat();
}

async function readInstance(model: DataModel, path: Path, context: ServerContext): Promise<DataRecord[]> {
  const { object, instance } = findInstance(model, path);
  requireRead(context, object, instance);
  return recordsOf(object, instance);
}

async function readResource(model: DataModel, path: Path, context: ServerContext): Promise<DataRecord[]> {
  const { object, instance, resource } = findResource(model, path);
  requireRead(context, object, instance);
  if (!isReadable(resource)) throw methodNotAllowed(`${formatPath(path)} is not readable`);
  const value = await object.read(instance, resource.id);
  if (value === undefined) throw notFound(`${formatPath(path)} has no value now`);
  const records = toRecords(path.slice(0, 3), value);
  return path.length === 3 ? records : only(records, path);
}

async function recordsOf(object: LwM2mObject, instance: number): Promise<DataRecord[]> {
  const records: DataRecord[] = [];
  for (const id of object.resources(instance)) {
    const definition = object.definition.resources.get(id);
    const value = definition && isReadable(definition) ? await object.read(instance, id) : undefined;
    if (value !== undefined) records.push(...toRecords([object.definition.id, instance, id], value));
  }
  return records;
}

/** An empty multiple resource stays visible as a record without value. */
function toRecords(path: Path, value: ResourceValue): DataRecord[] {
  if (!isMultiple(value)) return [{ path, value }];
  if (value.size === 0) return [{ path }];
  return [...value].sort(([a], [b]) => a - b).map(([id, single]) => ({ path: [...path, id], value: single }));
}

function only(records: readonly DataRecord[], path: Path): DataRecord[] {
  const wanted = records.filter((record) => record.path.length === 4 && record.path[3] === path[3]);
  if (wanted.length === 0) throw notFound(`no resource instance ${formatPath(path)}`);
  return wanted;
}

function mayRead(context: ServerContext, object: LwM2mObject, instance: number): boolean {
  return context.access.allows(context.shortServerId, "read", object.definition.id, instance);
}

function requireRead(context: ServerContext, object: LwM2mObject, instance: number): void {
  if (!mayRead(context, object, instance)) throw unauthorized(`no right to read ${object.definition.id}/${instance}`);
}
