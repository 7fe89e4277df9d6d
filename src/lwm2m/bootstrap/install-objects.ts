import type { DataRecord } from "../../formats/data-record.ts";
import type { Logger } from "../../util/log.ts";
import { SECURITY_OBJECT } from "./accounts.ts";
import { requireInstanceId } from "./bootstrap-write.ts";
import { type InstanceContent, type ObjectContent, withEntry } from "./configuration.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";
import { booleanOf } from "./content-values.ts";
import { collectInstances } from "./instance-content.ts";
import { SecurityResource } from "./security-settings.ts";

/**
 * Puts whole objects into a draft, as a Bootstrap-Pack, a card or factory data bring them: each object named replaces all
 * its instances, but for the bootstrap account with its OSCORE instance and the Device; others stay (OMA LwM2M Core 1.2
 * §6.1.7.7). A bootstrap account among the new ones takes the place of the old. Objects that we do not have are passed
 * over with a warning. Throws OperationError 4.00.
 */
export async function installObjects(
  draft: ConfigurationDraft,
  records: readonly DataRecord[],
  logger: Logger,
): Promise<void> {
  for (const [objectId, own] of byObject(records)) {
    const object = draft.objects.get(objectId);
    if (!object) {
      logger.warn("bootstrap brings an object that this device does not have", { object: objectId });
      continue;
    }
    const instances = collectInstances(object, [objectId], own);
    for (const id of instances.keys()) requireInstanceId(object, id);
    await draft.set(objectId, await withKept(draft, objectId, instances));
  }
}

function byObject(records: readonly DataRecord[]): ReadonlyMap<number, DataRecord[]> {
  const groups = new Map<number, DataRecord[]>();
  for (const record of records) {
    const [objectId = -1] = record.path;
    groups.set(objectId, [...(groups.get(objectId) ?? []), record]);
  }
  // Security first: it says which OSCORE instance is kept.
  return new Map([...groups].sort(([a], [b]) => a - b));
}

async function withKept(draft: ConfigurationDraft, objectId: number, instances: ObjectContent): Promise<ObjectContent> {
  const kept: [number, InstanceContent][] = [];
  for (const entry of await draft.content(objectId)) if (await draft.isKept(objectId, entry[0])) kept.push(entry);
  if (objectId !== SECURITY_OBJECT) return new Map([...kept, ...instances].map(mergedOver(new Map(kept))));
  const bringsBootstrap = [...instances.values()].some((each) => booleanOf(each, SecurityResource.bootstrap) === true);
  if (bringsBootstrap) return instances;
  return kept.reduce((all, [id, content]) => withEntry(all, all.has(id) ? freeId(all) : id, content), instances);
}

/** A Device that is written to keeps what was not written. */
function mergedOver(kept: ObjectContent) {
  return ([id, content]: readonly [number, InstanceContent]): [number, InstanceContent] => [
    id,
    new Map([...(kept.get(id) ?? []), ...content]),
  ];
}

function freeId(instances: ObjectContent): number {
  let id = 0;
  while (instances.has(id)) id++;
  return id;
}
