import type { Link, LinkAttribute } from "../../formats/link-format.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import { isReadable, type ResourceDefinition } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import { attributeNames, attributeText, type NotificationAttributes } from "./notification-attributes.ts";
import { isMultiple, type LwM2mObject, type ResourceValue } from "./object.ts";
import { methodNotAllowed } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findInstance, findObject, findResource } from "./target.ts";

/**
 * The links below an object, instance or resource with the attributes that the asking server attached; inherited
 * ones are shown on the target alone. Needs no right. Throws OperationError (OMA LwM2M Core 1.2 §6.3.2).
 */
export async function discover(model: DataModel, path: Path, context: ServerContext): Promise<Link[]> {
  if (path.length === 1) return discoverObject(findObject(model, path).object, context);
  if (path.length === 2) {
    const { object, instance } = findInstance(model, path);
    return [link(path, context.attributes.inherited(path)), ...(await resourceLinks(object, instance, context))];
  }
  if (path.length !== 3) throw methodNotAllowed(`Discover does not go to ${formatPath(path)}`);
  const { object, instance, resource } = findResource(model, path);
  const value = await multipleValue(object, instance, resource);
  const self = link(path, context.attributes.inherited(path), dimension(resource, value));
  return [self, ...(context.version === "1.0" ? [] : instanceLinks(path, value, context))];
}

async function discoverObject(object: LwM2mObject, context: ServerContext): Promise<Link[]> {
  const path = [object.definition.id];
  const links = [link(path, context.attributes.own(path), versionAttribute(object, context))];
  for (const instance of object.instances()) {
    const instancePath = [...path, instance];
    links.push(link(instancePath, context.attributes.own(instancePath)));
    links.push(...(await resourceLinks(object, instance, context)));
  }
  return links;
}

async function resourceLinks(object: LwM2mObject, instance: number, context: ServerContext): Promise<Link[]> {
  const links: Link[] = [];
  for (const id of object.resources(instance)) {
    const resource = object.definition.resources.get(id);
    if (!resource) continue;
    const path = [object.definition.id, instance, id];
    const value = resource.multiple ? await multipleValue(object, instance, resource) : undefined;
    links.push(link(path, context.attributes.own(path), dimension(resource, value)));
  }
  return links;
}

function instanceLinks(path: Path, value: ResourceValue | undefined, { attributes }: ServerContext): Link[] {
  if (!value || !isMultiple(value)) return [];
  const ids = [...value.keys()].sort((a, b) => a - b);
  return ids.map((id) => link([...path, id], attributes.own([...path, id])));
}

async function multipleValue(
  object: LwM2mObject,
  instance: number,
  resource: ResourceDefinition,
): Promise<ResourceValue | undefined> {
  return resource.multiple && isReadable(resource) ? object.read(instance, resource.id) : undefined;
}

function dimension(resource: ResourceDefinition, value: ResourceValue | undefined): LinkAttribute[] {
  return resource.multiple && value && isMultiple(value) ? [{ name: "dim", value: String(value.size) }] : [];
}

/** Quoted in 1.0, bare later; version 1.0 is what an object without `ver` has. */
function versionAttribute({ definition }: LwM2mObject, { version }: ServerContext): LinkAttribute[] {
  if (definition.version === "1.0") return [];
  return [{ name: "ver", value: definition.version, ...(version === "1.0" && { quoted: true }) }];
}

function link(path: Path, attributes: NotificationAttributes, first: readonly LinkAttribute[] = []): Link {
  const attached = attributeNames.flatMap((name) => {
    const value = attributes[name];
    return value === undefined ? [] : [{ name, value: attributeText(value) }];
  });
  return { target: formatPath(path), attributes: [...first, ...attached] };
}
