import type { ObjectDefinition } from "../../lwm2m/model/object-definition.ts";
import type { ObjectRegistry } from "../../lwm2m/model/object-registry.ts";
import { instanceProblems } from "./check-mapping.ts";
import { CustomObjectsError } from "./custom-objects-error.ts";
import { makeSources, type SourcePorts } from "./make-source.ts";
import { MappedObject, type ResourceSources } from "./mapped-object.ts";
import type { ObjectsConfig, ResourceMapping } from "./objects-config.ts";

/** Objects that the agent itself is behind: their values are not for the configuration to map. */
const ownObjects: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 7, 9, 21, 23, 25]);

type Instances = Map<number, Readonly<Record<string, ResourceMapping>>>;

/** The objects that `objects.instances` asks for. Throws CustomObjectsError that names each bad key. */
export function mappedObjects(
  { instances, topicSocket }: ObjectsConfig,
  definitions: ObjectRegistry,
  ports: SourcePorts,
): MappedObject[] {
  const byObject = instancesByObject(instances);
  const problems: string[] = [];
  const known = new Map<ObjectDefinition, Instances>();
  for (const [id, ofObject] of byObject) {
    const definition = definitions.find(id);
    const found = definition
      ? definitionProblems(definition, ofObject, topicSocket !== undefined)
      : [unknown(id, ofObject)];
    problems.push(...found);
    if (definition) known.set(definition, ofObject);
  }
  if (problems.length > 0) throw new CustomObjectsError(problems);
  return [...known].map(
    ([definition, ofObject]) => new MappedObject(definition, sourcesOf(definition, ofObject, ports)),
  );
}

function instancesByObject(instances: ObjectsConfig["instances"]): Map<number, Instances> {
  const byObject = new Map<number, Instances>();
  for (const [key, mappings] of Object.entries(instances)) {
    const [object = 0, instance = 0] = key.slice(1).split("/").map(Number);
    const ofObject: Instances = byObject.get(object) ?? new Map();
    byObject.set(object, ofObject.set(instance, mappings));
  }
  return byObject;
}

function unknown(id: number, instances: Instances): string {
  const [instance] = instances.keys();
  return `objects.instances./${id}/${instance}: no definition of object ${id}; put its OMA XML into objects.folder`;
}

function definitionProblems(definition: ObjectDefinition, instances: Instances, hasTopicSocket: boolean): string[] {
  const { id, name } = definition;
  if (ownObjects.has(id)) return [`objects.instances./${id}/…: the agent itself is behind object ${id} (${name})`];
  return [...instances].flatMap(([instance, mappings]) =>
    instanceProblems(definition, instance, mappings, hasTopicSocket),
  );
}

function sourcesOf(definition: ObjectDefinition, instances: Instances, ports: SourcePorts) {
  return new Map(
    [...instances].map(([instance, mappings]) => [instance, resourcesOf(definition, instance, mappings, ports)]),
  );
}

function resourcesOf(
  definition: ObjectDefinition,
  instance: number,
  mappings: Readonly<Record<string, ResourceMapping>>,
  ports: SourcePorts,
): ReadonlyMap<number, ResourceSources> {
  const sources = new Map<number, ResourceSources>();
  for (const [key, mapping] of Object.entries(mappings)) {
    const id = Number(key);
    const resource = definition.resources.get(id);
    if (resource) sources.set(id, makeSources(resource, [definition.id, instance, id], mapping, ports));
  }
  return sources;
}
