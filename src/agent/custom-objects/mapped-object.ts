import { Code } from "../../coap/message.ts";
import type { Value } from "../../formats/values.ts";
import { isMultiple, type ResourceValue } from "../../lwm2m/data-model/object.ts";
import { badRequest, OperationError } from "../../lwm2m/data-model/operation-error.ts";
import { isExecutable, isReadable, isWritable, type ObjectDefinition } from "../../lwm2m/model/object-definition.ts";
import { type ResourceBehaviour, TableObject } from "../../lwm2m/objects/table-object.ts";
import type { ResourceSource } from "./resource-source.ts";

/** A source for a single value, or one for each resource instance. */
export type ResourceSources = ResourceSource | ReadonlyMap<number, ResourceSource>;

/** An object whose values come from the sources that the configuration names. */
export class MappedObject extends TableObject {
  readonly #stops: (() => void)[] = [];

  constructor(definition: ObjectDefinition, instances: ReadonlyMap<number, ReadonlyMap<number, ResourceSources>>) {
    super(definition);
    for (const [instance, resources] of instances) {
      const behaviours = [...resources].map(([id, sources]) => [id, this.#behaviour(id, sources)] as const);
      this.setInstance(instance, new Map(behaviours));
      for (const [resource, sources] of resources) {
        for (const { watch } of all(sources)) {
          const stop = watch?.(() => this.announce({ instance, resource }));
          if (stop) this.#stops.push(stop);
        }
      }
    }
  }

  /** Ends what looks for changes. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #behaviour(id: number, sources: ResourceSources): ResourceBehaviour {
    const definition = this.definition.resources.get(id);
    if (!definition) return {};
    const changesByItself = all(sources).some(({ read, watch, constant }) => read && !watch && !constant);
    return {
      ...(isReadable(definition) && { read: () => readAll(sources), changesByItself }),
      ...(isWritable(definition) && { write: (value: ResourceValue) => writeAll(sources, value) }),
      ...(isExecutable(definition) && executable(sources)),
    };
  }
}

function all(sources: ResourceSources): readonly ResourceSource[] {
  return sources instanceof Map ? [...sources.values()] : isSingle(sources) ? [sources] : [];
}

function isSingle(sources: ResourceSources): sources is ResourceSource {
  return !(sources instanceof Map);
}

async function readAll(sources: ResourceSources): Promise<ResourceValue | undefined> {
  if (isSingle(sources)) return sources.read?.();
  const values = await Promise.all([...sources].map(async ([id, source]) => [id, await source.read?.()] as const));
  return new Map(values.flatMap(([id, value]) => (value === undefined ? [] : [[id, value] as const])));
}

function writeAll(sources: ResourceSources, given: ResourceValue): () => Promise<void> {
  const pairs = pairsOf(sources, given);
  return async () => {
    for (const [source, value] of pairs) await orServerError(() => source.write?.(value));
  };
}

function pairsOf(sources: ResourceSources, given: ResourceValue): (readonly [ResourceSource, Value])[] {
  if (isSingle(sources)) {
    if (isMultiple(given)) throw badRequest("a single value expected");
    return [[writable(sources), given]];
  }
  if (!isMultiple(given) || given.size !== sources.size) throw badRequest("the resource instances are given");
  return [...given].map(([id, value]) => {
    const source = sources.get(id);
    if (!source) throw badRequest(`no resource instance ${id}`);
    return [writable(source), value];
  });
}

function writable(source: ResourceSource): ResourceSource {
  if (source.write) return source;
  throw new OperationError(Code.MethodNotAllowed, "what the configuration maps it to cannot be written");
}

function executable(sources: ResourceSources): ResourceBehaviour {
  const source = isSingle(sources) ? sources : undefined;
  if (!source?.execute) return {};
  return { execute: (args) => orServerError(() => source.execute?.(args)) };
}

/** The reason goes to our log; the server learns that the device failed. */
async function orServerError(action: () => Promise<void> | undefined): Promise<void> {
  try {
    await action();
  } catch (cause) {
    if (cause instanceof OperationError) throw cause;
    throw new OperationError(Code.InternalServerError, "what the configuration maps it to failed", { cause });
  }
}
