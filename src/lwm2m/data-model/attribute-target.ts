import { formatPath, type Path } from "../../formats/path.ts";
import type { ValueType } from "../../formats/values.ts";
import { isReadable } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import type { AttributeName } from "./notification-attributes.ts";
import { isMultiple } from "./object.ts";
import { badRequest, notFound } from "./operation-error.ts";
import { findResource } from "./target.ts";

const numbers: ReadonlySet<ValueType | undefined> = new Set(["integer", "unsigned", "float", "time"]);
const booleans: ReadonlySet<ValueType | undefined> = new Set(["boolean"]);

/** Attributes that look at a value, and the types that they can look at. */
const looksAt: ReadonlyMap<AttributeName, ReadonlySet<ValueType | undefined>> = new Map([
  ["gt", numbers],
  ["lt", numbers],
  ["st", numbers],
  ["edge", booleans],
]);

/** Throws OperationError 4.00 for an attribute that means nothing at the path, and 4.04. */
export async function requireMeaning(model: DataModel, path: Path, names: Iterable<AttributeName>): Promise<void> {
  const judging = [...names].filter((name) => looksAt.has(name));
  if (judging.length === 0) return;
  if (path.length < 3) throw badRequest(`${judging.join(" and ")} belong to a resource`);
  const { object, instance, resource } = findResource(model, path);
  for (const name of judging) {
    if (isReadable(resource) && looksAt.get(name)?.has(resource.type)) continue;
    throw badRequest(`${formatPath(path)} is nothing that ${name} could look at`);
  }
  if (path.length < 4) return;
  const value = await object.read(instance, resource.id);
  if (!value || !isMultiple(value) || !value.has(path[3] ?? -1))
    throw notFound(`no resource instance ${formatPath(path)}`);
}
