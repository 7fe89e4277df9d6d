import { formatPath, type Path } from "../../formats/path.ts";
import type { DataModel } from "./data-model.ts";
import { methodNotAllowed, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance } from "./target.ts";

/** Deletes one instance. Throws OperationError 4.01, 4.04, 4.05 (OMA LwM2M Core 1.2 §6.3.7). */
export async function deleteInstance(model: DataModel, path: Path, context: ServerContext): Promise<void> {
  if (path.length !== 2) throw methodNotAllowed(`${formatPath(path)} cannot be deleted`);
  const { object, instance } = findInstance(model, path);
  if (!context.access.allows(context.shortServerId, "delete", object.definition.id, instance)) {
    throw unauthorized(`no right to delete ${formatPath(path)}`);
  }
  if (!object.delete) throw methodNotAllowed(`${formatPath(path)} cannot be deleted`);
  await object.delete(instance);
}
