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
  readonly path: Path;
  /** True when the server left the choice to us and has to be told. */
  readonly chosen: boolean;
}

/** Stands for the id that we shall choose while the payload is read. */
const PLACEHOLDER = 65534;

/**
 * Creates one instance. Read-only resources in the payload are passed over; an id that exists is 4.00. Throws
 * OperationError 4.00, 4.01, 4.04, 4.05, 4.15 (OMA LwM2M Core 1.2 §6.3.6).
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
  const { instance, records } = readPayload(object, content, context.version);
  if (instance !== undefined && object.instances().includes(instance))
    throw badRequest(`/${id}/${instance} is there already`);
  const base = [id, instance ?? PLACEHOLDER];
  const resources = collectResources(model, object.definition, base, records, writableOnly);
  requireMandatory(object, resources);
  return { path: [id, await object.create(instance, resources)], chosen: instance === undefined };
}

function readPayload(
  object: LwM2mObject,
  { contentFormat, payload = new Uint8Array() }: Partial<Content>,
  version: LwM2mVersion,
): { instance: number | undefined; records: readonly DataRecord[] } {
  const { id } = object.definition;
  if (payload.length === 0) return { instance: undefined, records: [] };
  const typeOf = typesOfObject(object.definition);
  if (contentFormat === ContentFormat.tlv && !tlvNamesInstances(payload)) {
    const records = decodeContent({ contentFormat, payload }, [id, PLACEHOLDER], typeOf, version);
    return { instance: undefined, records };
  }
  const content = { ...(contentFormat !== undefined && { contentFormat }), payload };
  const records = decodeContent(content, [id], typeOf, version);
  const instances = new Set(records.map((record) => record.path[1]));
  const [instance] = instances;
  if (instances.size !== 1 || instance === undefined) throw badRequest("resources of exactly one instance expected");
  return { instance, records };
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
