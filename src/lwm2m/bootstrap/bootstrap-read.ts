import type { DataRecord } from "../../formats/data-record.ts";
import { comparePaths, formatPath, type Path } from "../../formats/path.ts";
import { isMultiple } from "../data-model/object.ts";
import { methodNotAllowed, notFound } from "../data-model/operation-error.ts";
import { ACCESS_CONTROL_OBJECT, SERVER_OBJECT } from "./accounts.ts";
import type { InstanceContent, ObjectContent } from "./configuration.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";

/** OMA LwM2M Core 1.2 §6.1.7.4: no key can be read back. */
const readable: ReadonlySet<number> = new Set([SERVER_OBJECT, ACCESS_CONTROL_OBJECT]);

/** The values of an object or an instance. Throws OperationError 4.04, and 4.05 for every other object or level. */
export async function bootstrapRead(draft: ConfigurationDraft, path: Path): Promise<DataRecord[]> {
  const [objectId, instanceId] = path;
  if (objectId === undefined || path.length > 2 || !readable.has(objectId)) {
    throw methodNotAllowed(`${formatPath(path)} is not for Bootstrap-Read`);
  }
  draft.object(objectId);
  const instances = await draft.content(objectId);
  if (instanceId === undefined) return contentRecords(objectId, instances);
  const content = instances.get(instanceId);
  if (!content) throw notFound(`no instance ${formatPath(path)}`);
  return instanceRecords([objectId, instanceId], content);
}

/** Every value of an object as records in the order of the tree. */
export function contentRecords(objectId: number, instances: ObjectContent): DataRecord[] {
  const records = [...instances].flatMap(([id, content]) => instanceRecords([objectId, id], content));
  return records.sort((a, b) => comparePaths(a.path, b.path));
}

function instanceRecords(base: Path, content: InstanceContent): DataRecord[] {
  return [...content].flatMap(([id, value]): DataRecord[] => {
    const path = [...base, id];
    if (!isMultiple(value)) return [{ path, value }];
    if (value.size === 0) return [{ path }];
    return [...value].map(([instance, each]) => ({ path: [...path, instance], value: each }));
  });
}
