import type { ObjectDefinition } from "./object-definition.ts";

/** Object definitions by id and version. */
export class ObjectRegistry {
  readonly #versions = new Map<number, ObjectDefinition[]>();

  constructor(definitions: readonly ObjectDefinition[] = []) {
    for (const definition of definitions) this.add(definition);
  }

  /** A definition of the same id and version replaces the earlier one. */
  add(definition: ObjectDefinition): void {
    const others = (this.#versions.get(definition.id) ?? []).filter(({ version }) => version !== definition.version);
    this.#versions.set(definition.id, [...others, definition].sort(byVersion));
  }

  /** The newest version unless one is named. */
  find(id: number, version?: string): ObjectDefinition | undefined {
    const versions = this.#versions.get(id) ?? [];
    return version === undefined ? versions.at(-1) : versions.find((definition) => definition.version === version);
  }

  /** As `find`; throws RangeError that names what is missing. */
  get(id: number, version?: string): ObjectDefinition {
    const definition = this.find(id, version);
    if (!definition) throw new RangeError(`no definition of object ${id}${version ? ` version ${version}` : ""}`);
    return definition;
  }

  /** Ascending by id, each id's versions ascending. */
  all(): readonly ObjectDefinition[] {
    return [...this.#versions].sort(([a], [b]) => a - b).flatMap(([, versions]) => versions);
  }
}

function byVersion(a: ObjectDefinition, b: ObjectDefinition): number {
  const [majorA = 0, minorA = 0] = a.version.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.version.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
