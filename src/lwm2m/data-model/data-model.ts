import type { Path } from "../../formats/path.ts";
import type { LwM2mObject } from "./object.ts";

/** A change somewhere below `path`. `structure` when an object or instance came or went: the server must hear of it. */
export interface DataModelChange {
  readonly path: Path;
  readonly structure: boolean;
}

/** The device's objects. One for all servers. */
export class DataModel {
  readonly #objects = new Map<number, LwM2mObject>();
  readonly #listeners = new Set<(change: DataModelChange) => void>();
  readonly #unsubscribe = new Map<number, () => void>();
  #changing: Promise<unknown> = Promise.resolve();

  constructor(objects: readonly LwM2mObject[] = []) {
    for (const object of objects) this.add(object);
  }

  /** Throws RangeError when the object id is taken. */
  add(object: LwM2mObject): void {
    const { id } = object.definition;
    if (this.#objects.has(id)) throw new RangeError(`object ${id} is there already`);
    this.#objects.set(id, object);
    const stop = object.onChange(({ instance, resource }) =>
      resource === undefined
        ? this.#announce({ path: [id, instance], structure: true })
        : this.#announce({ path: [id, instance, resource], structure: false }),
    );
    this.#unsubscribe.set(id, stop);
    this.#announce({ path: [id], structure: true });
  }

  remove(objectId: number): void {
    if (!this.#objects.delete(objectId)) return;
    this.#unsubscribe.get(objectId)?.();
    this.#unsubscribe.delete(objectId);
    this.#announce({ path: [objectId], structure: true });
  }

  object(id: number): LwM2mObject | undefined {
    return this.#objects.get(id);
  }

  /** Ascending by id. */
  objects(): readonly LwM2mObject[] {
    return [...this.#objects.values()].sort((a, b) => a.definition.id - b.definition.id);
  }

  hasInstance(objectId: number, instanceId: number): boolean {
    return this.#objects.get(objectId)?.instances().includes(instanceId) ?? false;
  }

  /**
   * Runs one change after the other, whichever server asks: what was checked still holds when it is done. Must not be
   * called from within.
   */
  exclusive<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  /** Calls back after each change; returns how to stop. */
  onChange(listener: (change: DataModelChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #announce(change: DataModelChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
