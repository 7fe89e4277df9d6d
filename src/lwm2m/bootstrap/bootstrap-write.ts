import { formatPath, type Path } from "../../formats/path.ts";
import { type Content, decodeContent } from "../data-model/content.ts";
import { badRequest, methodNotAllowed, notFound } from "../data-model/operation-error.ts";
import { typesOfObject } from "../data-model/write-set.ts";
import type { ConfigurableObject } from "./configurable-object.ts";
import { type InstanceContent, withoutEntries } from "./configuration.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";
import { collectInstances } from "./instance-content.ts";

/**
 * Bootstrap-Write on an object, an instance or a resource (OMA LwM2M Core 1.2 §6.1.7.5). What is not there is created.
 * An instance in the payload becomes what the payload says; instances that it does not name stay. Throws OperationError
 * 4.00, 4.04, 4.05, 4.15.
 */
export async function bootstrapWrite(draft: ConfigurationDraft, path: Path, content: Partial<Content>): Promise<void> {
  const [objectId, instanceId, resourceId] = path;
  if (objectId === undefined || path.length > 3) throw methodNotAllowed(`${formatPath(path)} cannot be written`);
  const object = draft.object(objectId);
  if (resourceId !== undefined) requireResource(object, resourceId, path);
  // No registration limits the formats yet: all but LwM2M JSON, which 1.0 registrations alone may use.
  const records = decodeContent(content, path, typesOfObject(object.definition), "1.2");
  const instances = collectInstances(object, path, records);
  // An empty payload still creates the instance that the path names.
  if (instanceId !== undefined && !instances.has(instanceId)) instances.set(instanceId, new Map());
  for (const [id, written] of instances) {
    requireInstanceId(object, id);
    if (resourceId !== undefined && written.size === 0) throw badRequest(`${formatPath(path)}: no value came`);
  }
  for (const [id, written] of instances) await merge(draft, object, id, written, resourceId === undefined);
}

async function merge(
  draft: ConfigurationDraft,
  object: ConfigurableObject,
  instanceId: number,
  written: InstanceContent,
  replace: boolean,
): Promise<void> {
  const { id, resources } = object.definition;
  const old = (await draft.content(id)).get(instanceId) ?? new Map();
  const kept = withoutEntries(old, (resourceId) => {
    const resource = resources.get(resourceId);
    return replace && resource !== undefined && object.accepts(resource);
  });
  await draft.setInstance(id, instanceId, new Map([...kept, ...written]));
}

function requireResource(object: ConfigurableObject, resourceId: number, path: Path): void {
  const resource = object.definition.resources.get(resourceId);
  if (!resource) throw notFound(`no resource ${formatPath(path)}`);
  if (!object.accepts(resource)) throw methodNotAllowed(`${formatPath(path)} cannot be written`);
}

export function requireInstanceId({ definition }: ConfigurableObject, instanceId: number): void {
  if (!definition.multiple && instanceId !== 0) {
    throw badRequest(
      `object ${definition.id} has one instance, /${definition.id}/0 and not /${definition.id}/${instanceId}`,
    );
  }
}
