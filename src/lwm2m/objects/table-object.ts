import type { ExecuteArguments } from "../data-model/execute-arguments.ts";
import type { Commit, InstanceWrite, LwM2mObject, ObjectChange, ResourceValue } from "../data-model/object.ts";
import { methodNotAllowed } from "../data-model/operation-error.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";

/** What one resource does. What is absent is answered 4.05. */
export interface ResourceBehaviour {
  read?(): ResourceValue | undefined | Promise<ResourceValue | undefined>;
  /** Checks the value (throws OperationError) and returns what sets it. */
  write?(value: ResourceValue): Commit;
  /** For Write (replace) without this optional resource; absent: it keeps its value. */
  clear?(): void;
  execute?(args: ExecuteArguments): void | Promise<void>;
  /** The value changes without `announce`. */
  readonly changesByItself?: boolean;
}

/** The resources of one instance by id. */
export type ResourceTable = ReadonlyMap<number, ResourceBehaviour>;

/** An object whose instances are tables of resources: enough for most. */
export class TableObject implements LwM2mObject {
  readonly definition: ObjectDefinition;
  /** Ascending by id, and so are the tables: they are walked at every Read and seldom changed. */
  #instances: Map<number, ResourceTable>;
  readonly #listeners = new Set<(change: ObjectChange) => void>();

  constructor(definition: ObjectDefinition, instances: Iterable<readonly [number, ResourceTable]> = []) {
    this.definition = definition;
    this.#instances = ascending([...instances].map(([id, table]) => [id, ascending(table)]));
  }

  instances(): readonly number[] {
    return [...this.#instances.keys()];
  }

  resources(instance: number): readonly number[] {
    return [...(this.#instances.get(instance)?.keys() ?? [])];
  }

  read(instance: number, resource: number) {
    return this.#behaviour(instance, resource)?.read?.();
  }

  changesByItself(instance: number, resource: number): boolean {
    return this.#behaviour(instance, resource)?.changesByItself ?? false;
  }

  prepareWrite(instance: number, write: InstanceWrite): Commit {
    const commits = [...write.resources].map(([id, value]) => {
      const behaviour = this.#behaviour(instance, id);
      if (!behaviour?.write) throw methodNotAllowed(`${this.definition.id}/${instance}/${id} cannot be written`);
      return behaviour.write(value);
    });
    const cleared = write.replace ? this.#cleared(instance, write) : [];
    return async () => {
      for (const commit of commits) await commit();
      for (const id of cleared) this.#behaviour(instance, id)?.clear?.();
      for (const id of [...write.resources.keys(), ...cleared]) this.announce({ instance, resource: id });
    };
  }

  async execute(instance: number, resource: number, args: ExecuteArguments): Promise<void> {
    const behaviour = this.#behaviour(instance, resource);
    if (!behaviour?.execute) throw methodNotAllowed(`${this.definition.id}/${instance}/${resource} cannot be executed`);
    await behaviour.execute(args);
  }

  /** Adds or replaces an instance; the table is copied. */
  setInstance(instance: number, table: ResourceTable): void {
    this.#instances = ascending([...this.#instances, [instance, ascending(table)]]);
    this.announce({ instance });
  }

  removeInstance(instance: number): void {
    if (this.#instances.delete(instance)) this.announce({ instance });
  }

  onChange(listener: (change: ObjectChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called when a value changed by itself. */
  announce(change: ObjectChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  #behaviour(instance: number, resource: number): ResourceBehaviour | undefined {
    return this.#instances.get(instance)?.get(resource);
  }

  #cleared(instance: number, write: InstanceWrite): number[] {
    const table = this.#instances.get(instance) ?? new Map<number, ResourceBehaviour>();
    return [...table].filter(([id, { clear }]) => clear && !write.resources.has(id)).map(([id]) => id);
  }
}

function ascending<T>(entries: Iterable<readonly [number, T]>): Map<number, T> {
  return new Map([...entries].sort(([a], [b]) => a - b));
}
