import type { ResourceValue } from "../data-model/object.ts";
import { isReadable, isWritable, type ResourceDefinition } from "../model/object-definition.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

/** The values of one instance by resource id. */
export type InstanceValues = ReadonlyMap<number, ResourceValue>;

/**
 * An object that holds what servers and the device write, and nothing more: Portfolio (/16), BinaryAppDataContainer
 * (/19) and their like. Servers create and delete instances. To keep it over a
 * restart listen to `onChange`, store `values`, and `set` them again.
 */
export class PlainObject extends TableObject {
  readonly #values = new Map<number, Map<number, ResourceValue>>();

  /** Undefined when there is no such instance. */
  values(instance: number): InstanceValues | undefined {
    return this.#values.get(instance);
  }

  /** Adds an instance, or replaces all its values. They are the caller's to check. */
  set(instance: number, values: InstanceValues): void {
    const isNew = !this.#values.has(instance);
    this.#values.set(instance, new Map(values));
    if (isNew) this.setInstance(instance, new Map(this.behaviours(instance)));
    else for (const resource of this.resources(instance)) this.announce({ instance, resource });
  }

  /** Sets one value, or takes it away. */
  setValue(instance: number, resource: number, value: ResourceValue | undefined): void {
    this.#put(instance, resource, value);
    this.announce({ instance, resource });
  }

  create(instance: number | undefined, resources: InstanceValues): number {
    const id = instance ?? this.#lowestFree();
    this.set(id, resources);
    return id;
  }

  delete(instance: number): void {
    this.#values.delete(instance);
    this.removeInstance(instance);
  }

  /** What an instance offers; executables come from who extends this. */
  protected behaviours(instance: number): (readonly [number, ResourceBehaviour])[] {
    const resources = [...this.definition.resources.values()].filter((one) => isReadable(one) || isWritable(one));
    return resources.map((resource) => [resource.id, this.#behaviour(instance, resource)] as const);
  }

  #behaviour(instance: number, { id, mandatory }: ResourceDefinition): ResourceBehaviour {
    return {
      read: () => this.#values.get(instance)?.get(id),
      write: (value) => () => this.#put(instance, id, value),
      ...(!mandatory && { clear: () => this.#put(instance, id, undefined) }),
    };
  }

  #put(instance: number, resource: number, value: ResourceValue | undefined): void {
    const values = this.#values.get(instance);
    if (value) values?.set(resource, value);
    else values?.delete(resource);
  }

  #lowestFree(): number {
    const taken = new Set(this.instances());
    return Array.from({ length: taken.size + 1 }, (_, id) => id).find((id) => !taken.has(id)) ?? 0;
  }
}
