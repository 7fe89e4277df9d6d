import type { DataRecord } from "../../formats/data-record.ts";
import { formatPath, type Path, parsePath } from "../../formats/path.ts";
import { encodeText } from "../../formats/text.ts";
import type { DataModel } from "../../lwm2m/data-model/data-model.ts";
import { parseExecuteArguments } from "../../lwm2m/data-model/execute-arguments.ts";
import { isMultiple, type LwM2mObject, type ResourceValue } from "../../lwm2m/data-model/object.ts";
import { badRequest, methodNotAllowed, notFound } from "../../lwm2m/data-model/operation-error.ts";
import { findInstance, findObject, findResource, isHidden } from "../../lwm2m/data-model/target.ts";
import { isReadable } from "../../lwm2m/model/object-definition.ts";
import { decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { LocalResources, LocalText, LocalValue } from "./agent-control.ts";
import { allValues, newValues } from "./local-values.ts";

/**
 * The data model as the device's owner reaches it: no server's rights bound it, and values that servers may only read can
 * be written where the object takes them. Objects with keys stay hidden. Throws OperationError, and CodedError BAD_PATH and
 * BAD_VALUE.
 */
export class LocalAccess {
  readonly #model: DataModel;

  constructor(model: DataModel) {
    this.#model = model;
  }

  async read(text: string): Promise<LocalValue[]> {
    const path = localPath(text);
    const objects = path.length === 0 ? this.#visible() : [findObject(this.#model, path).object];
    if (path.length > 1) findInstance(this.#model, path);
    if (path.length > 2) findResource(this.#model, path);
    const records = (await Promise.all(objects.map((object) => recordsOf(object, path)))).flat();
    if (path.length > 2 && records.length === 0) throw notFound(`${text} has no value now`);
    return records.flatMap(localValue);
  }

  async write(text: string, given: LocalText | LocalResources): Promise<void> {
    const path = localPath(text);
    if (path.length < 2) throw methodNotAllowed(`${text} cannot be written as a whole`);
    const { object, instance } = findInstance(this.#model, path);
    await this.#model.exclusive(async () => {
      const resources = await newValues(this.#model, object, path, given);
      if (!object.prepareWrite) throw methodNotAllowed(`object ${object.definition.id} cannot be written`);
      const commit = await object.prepareWrite(instance, { replace: false, resources });
      await commit();
    });
  }

  async create(text: string, given: LocalResources = {}): Promise<string> {
    const path = localPath(text);
    const { object } = findObject(this.#model, path);
    const [objectId = -1, instance] = path;
    if (path.length > 2 || !object.create) throw methodNotAllowed(`${text} cannot be created`);
    if (instance !== undefined && object.instances().includes(instance)) throw badRequest(`${text} is there already`);
    const resources = allValues(object.definition, given);
    const created = await this.#model.exclusive(async () => object.create?.(instance, resources));
    return formatPath([objectId, created ?? -1]);
  }

  async delete(text: string): Promise<void> {
    const path = localPath(text);
    const { object, instance } = findInstance(this.#model, path);
    if (path.length !== 2 || !object.delete) throw methodNotAllowed(`${text} cannot be deleted`);
    await this.#model.exclusive(async () => object.delete?.(instance));
  }

  async execute(text: string, args = ""): Promise<void> {
    const path = localPath(text);
    const { object, instance, resource } = findResource(this.#model, path);
    if (path.length !== 3 || resource.operations !== "E" || !object.execute)
      throw methodNotAllowed(`${text} cannot be executed`);
    await object.execute(instance, resource.id, parseExecuteArguments(encodeUtf8(args)));
  }

  #visible(): LwM2mObject[] {
    return this.#model.objects().filter(({ definition }) => !isHidden(definition.id));
  }
}

/** Throws CodedError "BAD_PATH". */
export function localPath(text: string): Path {
  const path = parsePath(text);
  if (!path) throw new CodedError("BAD_PATH", `"${text}" is no path; one like /3/0/1 was expected`);
  return path;
}

async function recordsOf(object: LwM2mObject, path: Path): Promise<DataRecord[]> {
  const [, wantedInstance, wantedResource, wantedPart] = path;
  const records: DataRecord[] = [];
  for (const instance of object.instances().filter((id) => id === (wantedInstance ?? id))) {
    for (const id of object.resources(instance).filter((each) => each === (wantedResource ?? each))) {
      const definition = object.definition.resources.get(id);
      const value = definition && isReadable(definition) ? await object.read(instance, id) : undefined;
      if (value) records.push(...parts([object.definition.id, instance, id], value));
    }
  }
  return wantedPart === undefined ? records : records.filter(({ path: [, , , part] }) => part === wantedPart);
}

function parts(path: Path, value: ResourceValue): DataRecord[] {
  if (!isMultiple(value)) return [{ path, value }];
  return [...value].sort(([a], [b]) => a - b).map(([id, each]) => ({ path: [...path, id], value: each }));
}

function localValue({ path, value }: DataRecord): LocalValue[] {
  if (!value) return [];
  return [{ path: formatPath(path), type: value.type, value: decodeUtf8(encodeText(value), "text") }];
}
