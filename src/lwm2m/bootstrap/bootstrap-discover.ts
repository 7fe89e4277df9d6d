import type { Link, LinkAttribute } from "../../formats/link-format.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import { OSCORE_OBJECT, SECURITY_OBJECT, SERVER_OBJECT, ServerResource, securitiesOf } from "./accounts.ts";
import type { Configuration, InstanceContent } from "./configuration.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";
import { linkOf, numberOf } from "./content-values.ts";
import { SecurityResource } from "./security-settings.ts";

/**
 * Bootstrap-Discover on the root or an object: objects and instances, no resources; the accounts with their Short Server
 * ID and, from 1.1 on, their URI (OMA LwM2M Core 1.2 §6.1.7.3). Throws OperationError 4.00, 4.04.
 */
export async function bootstrapDiscover(draft: ConfigurationDraft, path: Path, version: LwM2mVersion): Promise<Link[]> {
  const [objectId] = path;
  if (path.length > 1) throw badRequest(`Bootstrap-Discover does not go to ${formatPath(path)}`);
  if (objectId !== undefined) draft.object(objectId);
  const ids = objectId === undefined ? [...draft.objects.keys()].sort((a, b) => a - b) : [objectId];
  const now = await draft.snapshot([...ids, SECURITY_OBJECT]);
  const links = ids.flatMap((id) => objectLinks(draft.object(id).definition, now, version));
  const release = { name: "lwm2m", value: version, ...(version === "1.0" && { quoted: true }) };
  return objectId === undefined ? [{ target: "/", attributes: [release] }, ...links] : links;
}

/** To say a version is always legal; only 1.0, which its absence means in every release, is left out. */
function objectLinks({ id, version: own }: ObjectDefinition, now: Configuration, version: LwM2mVersion): Link[] {
  const stated = own === "1.0" ? [] : [{ name: "ver", value: own, ...(version === "1.0" && { quoted: true }) }];
  const instances = [...(now.get(id) ?? [])].sort(([a], [b]) => a - b);
  return [
    { target: formatPath([id]), attributes: stated },
    ...instances.map(([instance, content]) => ({
      target: formatPath([id, instance]),
      attributes: accountAttributes(id, instance, content, now, version),
    })),
  ];
}

function accountAttributes(
  objectId: number,
  instance: number,
  content: InstanceContent,
  now: Configuration,
  version: LwM2mVersion,
): LinkAttribute[] {
  if (objectId === SERVER_OBJECT) return shortServerId(numberOf(content, ServerResource.shortServerId));
  if (objectId === SECURITY_OBJECT) return securityAttributes(instance, now, version);
  return objectId === OSCORE_OBJECT && version !== "1.0" ? oscoreAttributes(instance, now) : [];
}

function securityAttributes(instance: number, now: Configuration, version: LwM2mVersion): LinkAttribute[] {
  const security = securitiesOf(now).find((each) => each.instance === instance);
  if (!security || security.bootstrap) return [];
  const uri = { name: "uri", value: security.uri, quoted: true };
  return [...shortServerId(security.shortServerId), ...(version === "1.0" ? [] : [uri])];
}

function oscoreAttributes(instance: number, now: Configuration): LinkAttribute[] {
  const securities = securitiesOf(now).filter(({ bootstrap }) => !bootstrap);
  const user = securities.find((security) => {
    const link = linkOf(now.get(SECURITY_OBJECT)?.get(security.instance) ?? new Map(), SecurityResource.oscore);
    return link?.objectId === OSCORE_OBJECT && link.instanceId === instance;
  });
  return shortServerId(user?.shortServerId);
}

function shortServerId(id: number | undefined): LinkAttribute[] {
  return id === undefined ? [] : [{ name: "ssid", value: String(id) }];
}
