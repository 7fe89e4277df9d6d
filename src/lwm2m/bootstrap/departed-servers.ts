import type { Value } from "../../formats/values.ts";
import { integerValue } from "../../formats/values.ts";
import { isMultiple } from "../data-model/object.ts";
import { ACCESS_CONTROL_OBJECT, SECURITY_OBJECT, SERVER_OBJECT, securitiesOf } from "./accounts.ts";
import { type InstanceContent, withEntry, withoutEntries } from "./configuration.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";
import { numberOf } from "./content-values.ts";

/** Resource ids of the Access Control object (/2). */
const AccessControlResource = { objectId: 0, instanceId: 1, acl: 2, owner: 3 } as const;

const WRITE = 2;
const DELETE = 8;

/** Short Server IDs that had an account before the session and have none now. */
export async function departedServers(draft: ConfigurationDraft): Promise<readonly number[]> {
  await draft.snapshot([SECURITY_OBJECT, SERVER_OBJECT]);
  const now = new Set(serverIds(draft.now));
  return serverIds(draft.before).filter((id) => !now.has(id));
}

function serverIds(configuration: ConfigurationDraft["now"]): number[] {
  return securitiesOf(configuration).flatMap(({ bootstrap, shortServerId }) =>
    bootstrap || shortServerId === undefined ? [] : [shortServerId],
  );
}

/**
 * Takes a server out of every access control list: an instance that only it could reach goes, with its list; a list that
 * it owned goes to the server with most of the rights Write and Delete (OMA LwM2M Transport 1.2 §5.2.5). The default entry
 * counts for every server that stays.
 */
export async function forgetServer(draft: ConfigurationDraft, shortServerId: number): Promise<void> {
  if (!draft.objects.has(ACCESS_CONTROL_OBJECT)) return;
  const others = serverIds(await draft.snapshot([SECURITY_OBJECT])).filter((id) => id !== shortServerId);
  for (const [id, control] of await draft.content(ACCESS_CONTROL_OBJECT)) {
    const next = withoutServer(control, shortServerId, others);
    if (next === "orphaned") await dropOrphan(draft, id, control);
    else if (next !== control) await draft.setInstance(ACCESS_CONTROL_OBJECT, id, next);
  }
}

function withoutServer(
  control: InstanceContent,
  shortServerId: number,
  staying: readonly number[],
): InstanceContent | "orphaned" {
  const list = listOf(control);
  const owner = numberOf(control, AccessControlResource.owner);
  if (owner !== shortServerId && !list.has(shortServerId)) return control;
  const others = withoutEntries(list, (id) => id === shortServerId);
  const shorter = withEntry(control, AccessControlResource.acl, others);
  if (owner !== shortServerId) return shorter;
  const heir = strongest(others, staying);
  return heir === undefined ? "orphaned" : withEntry(shorter, AccessControlResource.owner, integerValue(heir));
}

/** Entry 0 is the default for the servers that stay and no server: it cannot own. */
function strongest(list: ReadonlyMap<number, Value>, staying: readonly number[]): number | undefined {
  const rights = (id: number) => bitsOf(list.get(id) ?? list.get(0));
  const weight = (id: number) => ((rights(id) & WRITE) !== 0 ? 1 : 0) + ((rights(id) & DELETE) !== 0 ? 1 : 0);
  const named = [...list.keys()].filter((id) => id !== 0);
  const candidates = [...new Set([...named, ...staying])].filter((id) => rights(id) !== 0);
  return candidates.sort((a, b) => weight(b) - weight(a) || a - b)[0];
}

function bitsOf(value: Value | undefined): number {
  return value?.type === "integer" ? Number(value.value) : 0;
}

function listOf(control: InstanceContent): ReadonlyMap<number, Value> {
  const list = control.get(AccessControlResource.acl);
  return list && isMultiple(list) ? list : new Map();
}

async function dropOrphan(draft: ConfigurationDraft, id: number, control: InstanceContent): Promise<void> {
  const objectId = numberOf(control, AccessControlResource.objectId) ?? -1;
  const instanceId = numberOf(control, AccessControlResource.instanceId) ?? -1;
  const controls = await draft.content(ACCESS_CONTROL_OBJECT);
  await draft.set(
    ACCESS_CONTROL_OBJECT,
    withoutEntries(controls, (each) => each === id),
  );
  const object = draft.objects.get(objectId);
  // An instance that the device cannot do without stays; without a list nobody but the bootstrap server rules it.
  if (!object?.canLoseInstances || (await draft.isKept(objectId, instanceId))) return;
  const content = await draft.content(objectId);
  await draft.set(
    objectId,
    withoutEntries(content, (each) => each === instanceId),
  );
}
