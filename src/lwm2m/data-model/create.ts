import { ContentFormat } from "../../formats/content-format.ts";
import type { DataRecord } from "../../formats/data-record.ts";
import { formatPath, type Path } from "../../formats/path.ts";
import { tlvNamesInstances } from "../../formats/tlv.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { isWritable, type ResourceDefinition } from "../model/object-definition.ts";
import { type Content, decodeContent } from "./content.ts";
import type { DataModel } from "./data-model.ts";
import type { LwM2mObject, ResourceValue } from "./object.ts";
import { badRequest, methodNotAllowed, unauthorized } from "./operation-error.ts";
import type { ServerContext } from "./server-context.ts";
import { findObject } from "./target.ts";
import { collectResources, typesOfObject } from "./write-set.ts";

export interface Created {
  readonly paths: readonly Path[];
  /** True when the server left the choice to us and has to be told. */
  readonly chosen: boolean;
}

/** Stands for the id that we shall choose while the payload is read. */
const PLACEHOLDER = 65534;

/** An instance that a server wants. */
interface Wanted {
  /** Absent: we choose. */
  readonly instance?: number;
  readonly records: readonly DataRecord[];
}

/**
 * Creates one instance, or several that the payload names: all or none. Read-only resources in the payload are passed
 * over; an id that exists is 4.00. Throws OperationError 4.00, 4.01, 4.04, 4.05, 4.15 (OMA LwM2M Core 1.2 §6.3.6).
 */
export async function create(
  model: DataModel,
  path: Path,
  content: Partial<Content>,
  context: ServerContext,
): Promise<Created> {
  const { object } = findObject(model, path);
  const { id } = object.definition;
  if (path.length !== 1 || !object.create) throw methodNotAllowed(`${formatPath(path)} cannot be created`);
  if (!context.access.allows(context.shortServerId, "create", id, undefined)) {
    throw unauthorized(`no right to create instances of ${formatPath(path)}`);
  }
  const wanted = readPayload(object, content, context.version);
  const instances = wanted.map((one) => ({ id: freeId(object, one), resources: checkedResources(model, object, one) }));
  const created = await createAll(object, instances);
  for (const instance of created) context.access.created?.(context.shortServerId, id, instance);
  return { paths: created.map((instance) => [id, instance]), chosen: wanted[0]?.instance === undefined };
}

function readPayload(object: LwM2mObject, content: Partial<Content>, version: LwM2mVersion): Wanted[] {
  const { contentFormat, payload = new Uint8Array() } = content;
  const { id } = object.definition;
  if (payload.length === 0) return [{ records: [] }];
  const typeOf = typesOfObject(object.definition);
  if (contentFormat === ContentFormat.tlv && !tlvNamesInstances(payload)) {
    return [{ records: decodeContent(content, [id, PLACEHOLDER], typeOf, version) }];
  }
  const byInstance = new Map<number, DataRecord[]>();
  for (const record of decodeContent(content, [id], typeOf, version)) {
    const [objectId, instance] = record.path;
    if (objectId !== id || instance === undefined) throw badRequest(`${formatPath(record.path)} is not below /${id}`);
    const others = byInstance.get(instance) ?? [];
    byInstance.set(instance, [...others, record]);
  }
  if (byInstance.size === 0) throw badRequest("no instance in the payload");
  return [...byInstance].map(([instance, records]) => ({ instance, records }));
}

/** An object that has one instance at most has no other id than 0 to give. */
function freeId(object: LwM2mObject, { instance }: Wanted): number | undefined {
  const { id, multiple } = object.definition;
  const wanted = instance ?? (multiple ? undefined : 0);
  if (wanted === undefined) return undefined;
  if (!multiple && wanted !== 0) throw badRequest(`object ${id} has instance 0 alone`);
  if (object.instances().includes(wanted)) throw badRequest(`/${id}/${wanted} is there already`);
  return wanted;
}

function checkedResources(model: DataModel, object: LwM2mObject, { instance, records }: Wanted) {
  const { definition } = object;
  const base = [definition.id, instance ?? PLACEHOLDER];
  const resources = collectResources(model, definition, base, records, writableOnly);
  requireMandatory(object, resources);
  return resources;
}

async function createAll(
  object: LwM2mObject,
  instances: readonly { id: number | undefined; resources: ReadonlyMap<number, ResourceValue> }[],
): Promise<number[]> {
  const created: number[] = [];
  try {
    for (const { id, resources } of instances) {
      if (object.create) created.push(await object.create(id, resources));
    }
  } catch (error) {
    for (const id of created) await object.delete?.(id);
    throw error;
  }
  return created;
}

function writableOnly(resource: ResourceDefinition | undefined): ResourceDefinition | undefined {
  return resource && isWritable(resource) ? resource : undefined;
}

function requireMandatory(object: LwM2mObject, given: ReadonlyMap<number, ResourceValue>): void {
  for (const resource of object.definition.resources.values()) {
    if (resource.mandatory && isWritable(resource) && !given.has(resource.id)) {
      throw badRequest(`mandatory resource ${resource.id} is missing`);
    }
  }
}
