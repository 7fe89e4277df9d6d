import type { ObjectDefinition, ResourceDefinition } from "../model/object-definition.ts";
import type { Change, ConfigurableObject } from "./configurable-object.ts";
import { noInstances, type ObjectContent } from "./configuration.ts";

/** An object whose content is what was written into it: Security, Server, Access Control, OSCORE. */
export class StoredObject implements ConfigurableObject {
  readonly definition: ObjectDefinition;
  readonly isStored = true;
  readonly canLoseInstances = true;
  #content: ObjectContent;
  readonly #listeners = new Set<(content: ObjectContent) => void>();

  constructor(definition: ObjectDefinition, content: ObjectContent = noInstances) {
    this.definition = definition;
    this.#content = content;
  }

  /** Everything but executables: read-only resources are for servers, not for bootstrap. */
  accepts(resource: ResourceDefinition): boolean {
    return resource.type !== undefined;
  }

  content(): ObjectContent {
    return this.#content;
  }

  /** For changes that do not come from bootstrap: a server wrote a lifetime, the client noted an alert. */
  replace(content: ObjectContent): void {
    this.#content = content;
    for (const listener of [...this.#listeners]) listener(content);
  }

  prepare(_before: ObjectContent, after: ObjectContent): Change {
    const present = this.#content;
    return { apply: () => this.replace(after), undo: () => this.replace(present) };
  }

  onReplaced(listener: (content: ObjectContent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
