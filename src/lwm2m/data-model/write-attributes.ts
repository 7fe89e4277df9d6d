import { formatPath, type Path } from "../../formats/path.ts";
import { isReadable } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import { changeAttributes, numericAttributes, parseAttributeQuery } from "./notification-attributes.ts";
import { isMultiple } from "./object.ts";
import { badRequest, methodNotAllowed, notFound, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findObject, findResource } from "./target.ts";

const numericTypes = new Set(["integer", "unsigned", "float", "time"]);

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
  if (numericAttributes.some((name) => changes.has(name))) await requireNumber(model, path);
  context.attributes.set(path, changeAttributes(context.attributes.own(path), changes));
}

function requireRead(model: DataModel, path: Path, context: ServerContext): void {
  const { object, instance } = findInstance(model, path);
  if (!context.access.allows(context.shortServerId, "read", object.definition.id, instance)) {
    throw unauthorized(`no right to read ${formatPath(path)}`);
  }
  if (path.length >= 3) findResource(model, path);
}

async function requireNumber(model: DataModel, path: Path): Promise<void> {
  if (path.length < 3) throw badRequest("gt, lt and st belong to a resource");
  const { object, instance, resource } = findResource(model, path);
  if (!isReadable(resource) || !numericTypes.has(resource.type ?? "")) {
    throw badRequest(`${formatPath(path)} is not a readable number`);
  }
  if (path.length < 4) return;
  const value = await object.read(instance, resource.id);
  if (!value || !isMultiple(value) || !value.has(path[3] ?? -1))
    throw notFound(`no resource instance ${formatPath(path)}`);
}
