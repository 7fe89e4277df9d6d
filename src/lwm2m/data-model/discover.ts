import type { Link, LinkAttribute } from "../../formats/link-format.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import { isReadable, type ResourceDefinition } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import { attributeNames, attributeText, type NotificationAttributes } from "./notification-attributes.ts";
import { isMultiple, type LwM2mObject, type ResourceValue } from "./object.ts";
import { badRequest, methodNotAllowed } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findObject, findResource } from "./target.ts";

/**
 * The links below an object, instance or resource with the attributes that the asking server attached; inherited
 * ones are shown on the target alone. `depth` counts levels below the target. Needs no right. Throws OperationError
 * (OMA LwM2M Core 1.2 §6.3.2).
 */
export async function discover(model: DataModel, path: Path, context: ServerContext, depth?: number): Promise<Link[]> {
  if (path.length === 1) return discoverObject(findObject(model, path).object, context, depth ?? 2);
  if (path.length === 2) {
    const { object, instance } = findInstance(model, path);
    const self = link(path, context.attributes.inherited(path));
    return [self, ...(await resourceLinks(object, instance, context, (depth ?? 1) - 1))];
  }
  if (path.length !== 3) throw methodNotAllowed(`Discover does not go to ${formatPath(path)}`);
  const { object, instance, resource } = findResource(model, path);
  const levels = depth ?? (context.version === "1.0" ? 0 : 1);
  return discoverResource(object, instance, resource, context.attributes.inherited(path), context, levels);
}

/** `depth=0` to `depth=3`; older releases do not know it and pass it over. Throws OperationError 4.00. */
export function discoverDepth(query: readonly string[], { version }: ServerContext): number | undefined {
  const values = query.filter((item) => item === "depth" || item.startsWith("depth="));
  if (version !== "1.2" || values.length === 0) return undefined;
  const depth = /^depth=([0-3])$/.exec(values[0] ?? "")?.[1];
  if (depth === undefined || values.length > 1) throw badRequest("depth has to be 0 to 3, once");
  return Number(depth);
}

async function discoverObject(object: LwM2mObject, context: ServerContext, depth: number): Promise<Link[]> {
  const path = [object.definition.id];
  const links = [link(path, context.attributes.own(path), versionAttribute(object))];
  if (depth === 0) return links;
  for (const instance of object.instances()) {
    const instancePath = [...path, instance];
    links.push(link(instancePath, shownBelowObject(instancePath, context)));
    links.push(...(await resourceLinks(object, instance, context, depth - 2, context.version === "1.0")));
  }
  return links;
}

/** 1.0 shows the attributes of the object alone when an object is asked for (OMA LwM2M 1.0.2 §5.4.2). */
function shownBelowObject(path: Path, { version, attributes }: ServerContext): NotificationAttributes {
  return version === "1.0" ? {} : attributes.own(path);
}

/** `depth` counts from the resources on; below 0 there is nothing to show. */
async function resourceLinks(
  object: LwM2mObject,
  instance: number,
  context: ServerContext,
  depth: number,
  bare = false,
): Promise<Link[]> {
  const links: Link[] = [];
  if (depth < 0) return links;
  for (const id of object.resources(instance)) {
    const path = [object.definition.id, instance, id];
    const resource = object.definition.resources.get(id);
    if (bare) links.push(link(path, {}));
    else if (resource)
      links.push(...(await discoverResource(object, instance, resource, context.attributes.own(path), context, depth)));
  }
  return links;
}

async function discoverResource(
  object: LwM2mObject,
  instance: number,
  resource: ResourceDefinition,
  shown: NotificationAttributes,
  context: ServerContext,
  depth: number,
): Promise<Link[]> {
  const path = [object.definition.id, instance, resource.id];
  const value = resource.multiple && isReadable(resource) ? await object.read(instance, resource.id) : undefined;
  const self = link(path, shown, dimension(value));
  return depth > 0 ? [self, ...instanceLinks(path, value, context)] : [self];
}

function instanceLinks(path: Path, value: ResourceValue | undefined, { attributes }: ServerContext): Link[] {
  if (!value || !isMultiple(value)) return [];
  const ids = [...value.keys()].sort((a, b) => a - b);
  return ids.map((id) => link([...path, id], attributes.own([...path, id])));
}

function dimension(value: ResourceValue | undefined): LinkAttribute[] {
  return value && isMultiple(value) ? [{ name: "dim", value: String(value.size) }] : [];
}

/** Bare in every release, as in Register; version 1.0 is what an object without `ver` has. */
function versionAttribute({ definition }: LwM2mObject): LinkAttribute[] {
  return definition.version === "1.0" ? [] : [{ name: "ver", value: definition.version }];
}

function link(path: Path, attributes: NotificationAttributes, first: readonly LinkAttribute[] = []): Link {
  const attached = attributeNames.flatMap((name) => {
    const value = attributes[name];
    return value === undefined ? [] : [{ name, value: attributeText(value) }];
  });
  return { target: formatPath(path), attributes: [...first, ...attached] };
}
