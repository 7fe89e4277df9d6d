import type { ResourceValue } from "../data-model/object.ts";

/** The resources of one instance by id. */
export type InstanceContent = ReadonlyMap<number, ResourceValue>;

/** The instances of one object by id. */
export type ObjectContent = ReadonlyMap<number, InstanceContent>;

/** Objects by id: an immutable snapshot of what bootstrap sets. A change makes a new one, so the old one is the roll-back. */
export type Configuration = ReadonlyMap<number, ObjectContent>;

export const noConfiguration: Configuration = new Map();
export const noInstances: ObjectContent = new Map();

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map([...map, [key, value]]);
}

export function withoutEntries<K, V>(map: ReadonlyMap<K, V>, drop: (key: K, value: V) => boolean): ReadonlyMap<K, V> {
  return new Map([...map].filter(([key, value]) => !drop(key, value)));
}
