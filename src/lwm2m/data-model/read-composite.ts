import { Code } from "../../coap/message.ts";
import type { DataRecord } from "../../formats/data-record.ts";
import { comparePaths, formatPath, type Path } from "../../formats/path.ts";
import type { DataModel } from "./data-model.ts";
import { OperationError, unauthorized } from "./operation-error.ts";
import { read } from "./read.ts";
import type { ServerContext } from "./server-context.ts";
import { isHidden } from "./target.ts";

/**
 * What is there and may be read below several paths, each value once; the root is everything. Throws OperationError
 * 4.01 when there is something and the server may read none of it (OMA LwM2M Core 1.2 §6.3.8, §8.2.1).
 */
export async function readComposite(
  model: DataModel,
  paths: readonly Path[],
  context: ServerContext,
): Promise<DataRecord[]> {
  requireSomeRight(model, paths, context);
  const parts = await Promise.all(paths.map((path) => readPresent(model, path, context)));
  return uniteRecords(parts);
}

/** As Read, but what is not there, not readable or not allowed is left out instead of refused. */
export async function readPresent(model: DataModel, path: Path, context: ServerContext): Promise<DataRecord[]> {
  if (path.length > 0) return readOrNothing(model, path, context);
  const objects = model.objects().filter(({ definition }) => !isHidden(definition.id));
  const parts = await Promise.all(objects.map(({ definition }) => readOrNothing(model, [definition.id], context)));
  return parts.flat();
}

/** Paths may overlap: each value is told once, in the order of the tree. */
export function uniteRecords(parts: readonly (readonly DataRecord[])[]): DataRecord[] {
  const byPath = new Map(parts.flat().map((record) => [formatPath(record.path), record]));
  return [...byPath.values()].sort((a, b) => comparePaths(a.path, b.path));
}

const leftOut: ReadonlySet<number> = new Set([Code.Unauthorized, Code.NotFound, Code.MethodNotAllowed]);

async function readOrNothing(model: DataModel, path: Path, context: ServerContext): Promise<DataRecord[]> {
  try {
    return await read(model, path, context);
  } catch (error) {
    if (error instanceof OperationError && leftOut.has(error.responseCode)) return [];
    throw error;
  }
}

export function requireSomeRight(model: DataModel, paths: readonly Path[], context: ServerContext): void {
  const instances = paths.flatMap((path) => instancesAt(model, path));
  const mayRead = ([objectId, instance]: readonly [number, number]): boolean =>
    !isHidden(objectId) && context.access.allows(context.shortServerId, "read", objectId, instance);
  if (instances.length > 0 && !instances.some(mayRead)) throw unauthorized("no right to read any of the paths");
}

function instancesAt(model: DataModel, path: Path): (readonly [number, number])[] {
  const [objectId, instance] = path;
  if (objectId === undefined) return model.objects().flatMap(({ definition }) => instancesAt(model, [definition.id]));
  const instances = model.object(objectId)?.instances() ?? [];
  return instances.filter((id) => instance === undefined || id === instance).map((id) => [objectId, id] as const);
}
