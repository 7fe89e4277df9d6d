import { formatPath, type Path } from "../../formats/path.ts";
import { badRequest, methodNotAllowed } from "../data-model/operation-error.ts";
import { SECURITY_OBJECT, SERVER_OBJECT, ServerResource } from "./accounts.ts";
import { type ObjectContent, withoutEntries } from "./configuration.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";
import { numberOf } from "./content-values.ts";
import { SecurityResource } from "./security-settings.ts";

/**
 * Bootstrap-Delete on the root, an object or an instance (OMA LwM2M Core 1.2 §6.1.7.6). The bootstrap account, its OSCORE
 * instance, the Device and what the device cannot do without stay; to ask for one of those alone is 4.00. What is gone
 * already is no error (RFC 7252 §5.8.4). Throws OperationError 4.00, 4.04, 4.05.
 */
export async function bootstrapDelete(draft: ConfigurationDraft, path: Path): Promise<void> {
  const [objectId, instanceId] = path;
  if (path.length > 2) throw methodNotAllowed(`${formatPath(path)} cannot be deleted`);
  if (objectId === undefined) {
    for (const id of draft.objects.keys()) await deleteFrom(draft, id, undefined);
    return;
  }
  const { canLoseInstances } = draft.object(objectId);
  const isKept = instanceId !== undefined && (await draft.isKept(objectId, instanceId));
  if (!canLoseInstances || isKept) throw badRequest(`${formatPath(path)} has to stay`);
  await deleteFrom(draft, objectId, instanceId);
}

async function deleteFrom(draft: ConfigurationDraft, objectId: number, instanceId: number | undefined): Promise<void> {
  if (!draft.object(objectId).canLoseInstances) return;
  const content = await draft.content(objectId);
  const gone = new Set<number>();
  for (const id of content.keys()) {
    if (instanceId !== undefined && id !== instanceId) continue;
    if (!(await draft.isKept(objectId, id))) gone.add(id);
  }
  if (gone.size === 0) return;
  await draft.set(
    objectId,
    withoutEntries(content, (id) => gone.has(id)),
  );
  if (objectId === SECURITY_OBJECT) await deleteServers(draft, shortServerIds(content, gone));
}

/** OMA LwM2M Transport 1.2 §5.2.5: the Server instance goes with its Security instance. */
async function deleteServers(draft: ConfigurationDraft, ids: ReadonlySet<number>): Promise<void> {
  const servers = await draft.content(SERVER_OBJECT);
  await draft.set(
    SERVER_OBJECT,
    withoutEntries(servers, (_, content) => ids.has(numberOf(content, ServerResource.shortServerId) ?? -1)),
  );
}

function shortServerIds(securities: ObjectContent, instances: ReadonlySet<number>): ReadonlySet<number> {
  const gone = [...securities].filter(([id]) => instances.has(id));
  return new Set(gone.flatMap(([, content]) => numberOf(content, SecurityResource.shortServerId) ?? []));
}
