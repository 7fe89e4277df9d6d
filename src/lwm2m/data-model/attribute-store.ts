import { formatPath, isWithin, type Path } from "../../formats/path.ts";
import type { AttributeName, NotificationAttributes } from "./notification-attributes.ts";

/** Attributes and where they are attached. */
export interface Attached {
  readonly path: Path;
  readonly attributes: NotificationAttributes;
}

/** The attributes that one server attached, by path. */
export class AttributeStore {
  readonly #attached = new Map<string, Attached>();
  readonly #listeners = new Set<() => void>();

  /** What is attached to this very path. */
  own(path: Path): NotificationAttributes {
    return this.#attached.get(formatPath(path))?.attributes ?? {};
  }

  set(path: Path, attributes: NotificationAttributes): void {
    if (Object.keys(attributes).length === 0) this.#attached.delete(formatPath(path));
    else this.#attached.set(formatPath(path), { path, attributes });
    this.#announce();
  }

  /** All that is attached, for status and for storing. */
  get all(): readonly Attached[] {
    return [...this.#attached.values()];
  }

  /** Calls back after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Each attribute from the nearest level that has it: the path itself, then up to the object. */
  inherited(path: Path): NotificationAttributes {
    let merged: NotificationAttributes = {};
    if (this.#attached.size === 0) return merged;
    for (let length = 1; length <= path.length; length++) merged = { ...merged, ...this.own(path.slice(0, length)) };
    return merged;
  }

  /** True when the attribute is attached anywhere. */
  has(name: AttributeName): boolean {
    return [...this.#attached.values()].some(({ attributes }) => attributes[name] !== undefined);
  }

  /** Forgets a path and all below it: the instance is gone. */
  removeBelow(path: Path): void {
    const gone = [...this.#attached].filter(([, attached]) => isWithin(attached.path, path));
    for (const [key] of gone) this.#attached.delete(key);
    if (gone.length > 0) this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
