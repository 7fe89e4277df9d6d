import type { Path } from "../../formats/path.ts";
import { requireMeaning } from "../data-model/attribute-target.ts";
import type { DataModel } from "../data-model/data-model.ts";
import {
  type AttributeName,
  changeAttributes,
  type NotificationAttributes,
  parseAttributeQuery,
} from "../data-model/notification-attributes.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";

/** What Observe-Composite may carry (OMA LwM2M Core 1.2 §6.4.4). */
export const compositeNames: ReadonlySet<AttributeName> = new Set(["pmin", "pmax", "epmin", "epmax", "con"]);

/**
 * Attributes in the query of an Observe request, which hold for that observation alone and replace those attached
 * (OMA LwM2M Core 1.2 §6.4.1); undefined when there are none, or before 1.2. Throws OperationError 4.00.
 */
export async function observeAttributes(
  model: DataModel,
  path: Path,
  query: readonly string[],
  version: LwM2mVersion,
): Promise<NotificationAttributes | undefined> {
  const attributes = parse(query, version);
  if (attributes) await requireMeaning(model, path, attributes.names);
  return attributes?.values;
}

/** As `observeAttributes` for several paths. */
export function compositeObserveAttributes(
  query: readonly string[],
  version: LwM2mVersion,
): NotificationAttributes | undefined {
  const attributes = parse(query, version);
  const foreign = attributes?.names.find((name) => !compositeNames.has(name));
  if (foreign) throw badRequest(`${foreign} has no meaning for several paths`);
  return attributes?.values;
}

function parse(query: readonly string[], version: LwM2mVersion) {
  if (version !== "1.2" || query.length === 0) return undefined;
  const changes = parseAttributeQuery(query);
  for (const [name, value] of changes) if (value === undefined) throw badRequest(`${name} has no value`);
  return { names: [...changes.keys()], values: changeAttributes({}, changes) };
}
