import type { LwM2mObject } from "../data-model/object.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";

/**
 * The Security object (/0) as servers meet it: its instances exist and nothing of them can be reached. Credentials
 * are not in here: the agent keeps them, so that no read path leads to a key.
 */
export class SecurityObject implements LwM2mObject {
  readonly definition: ObjectDefinition;
  #instances: readonly number[] = [];

  constructor(definition: ObjectDefinition, instances: Iterable<number> = []) {
    this.definition = definition;
    this.setInstances(instances);
  }

  /** Not announced: no server is told of them. */
  setInstances(instances: Iterable<number>): void {
    this.#instances = [...instances].sort((a, b) => a - b);
  }

  instances(): readonly number[] {
    return this.#instances;
  }

  resources(): readonly number[] {
    return [];
  }

  read(): undefined {
    return undefined;
  }

  onChange(): () => void {
    return () => {};
  }
}
