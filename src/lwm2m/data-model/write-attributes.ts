import { formatPath, type Path } from "../../formats/path.ts";
import { requireMeaning } from "./attribute-target.ts";
import type { DataModel } from "./data-model.ts";
import { changeAttributes, parseAttributeQuery } from "./notification-attributes.ts";
import { badRequest, methodNotAllowed, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findObject, findResource } from "./target.ts";

/** Attaches or removes notification attributes: all of the query or nothing. Throws OperationError 4.00 to 4.05. */
export async function writeAttributes(
  model: DataModel,
  path: Path,
  query: readonly string[],
  context: ServerContext,
): Promise<void> {
  if (path.length === 0) throw methodNotAllowed("the root has no attributes");
  if (path.length === 1) findObject(model, path);
  else requireRead(model, path, context);
  const changes = parseAttributeQuery(query);
  if (changes.size === 0) throw badRequest("no attribute in the query");
  await requireMeaning(model, path, changes.keys());
  context.attributes.set(path, changeAttributes(context.attributes.own(path), changes));
}

function requireRead(model: DataModel, path: Path, context: ServerContext): void {
  const { object, instance } = findInstance(model, path);
  if (!context.access.allows(context.shortServerId, "read", object.definition.id, instance)) {
    throw unauthorized(`no right to read ${formatPath(path)}`);
  }
  if (path.length >= 3) findResource(model, path);
}
