import { formatPath, type Path } from "../../formats/path.ts";
import type { ResourceDefinition } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import type { LwM2mObject } from "./object.ts";
import { notFound, unauthorized } from "./operation-error.ts";

/** Security, OSCORE and COSE hold keys: ordinary servers never see them (OMA LwM2M Core 1.2 §8.2, Transport 1.2 §5). */
const hidden: ReadonlySet<number> = new Set([0, 21, 23]);

export function isHidden(objectId: number): boolean {
  return hidden.has(objectId);
}

export interface ObjectTarget {
  readonly path: Path;
  readonly object: LwM2mObject;
}

export interface InstanceTarget extends ObjectTarget {
  readonly instance: number;
}

export interface ResourceTarget extends InstanceTarget {
  readonly resource: ResourceDefinition;
}

/** Finds the object. Throws OperationError 4.01 for what servers must not see and 4.04 for what is not there. */
export function findObject(model: DataModel, path: Path): ObjectTarget {
  const [objectId = -1] = path;
  if (isHidden(objectId)) throw unauthorized(`object ${objectId} is not for servers`);
  const object = model.object(objectId);
  if (!object) throw notFound(`no object ${objectId}`);
  return { path, object };
}

export function findInstance(model: DataModel, path: Path): InstanceTarget {
  const { object } = findObject(model, path);
  const [, instance = -1] = path;
  if (!object.instances().includes(instance)) throw notFound(`no instance ${formatPath(path.slice(0, 2))}`);
  return { path, object, instance };
}

export function findResource(model: DataModel, path: Path): ResourceTarget {
  const target = findInstance(model, path);
  const [, , id = -1] = path;
  const resource = target.object.definition.resources.get(id);
  if (!resource || !target.object.resources(target.instance).includes(id)) {
    throw notFound(`no resource ${formatPath(path.slice(0, 3))}`);
  }
  return { ...target, resource };
}
