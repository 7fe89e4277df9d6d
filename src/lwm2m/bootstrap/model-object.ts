import { equalValues } from "../../formats/values.ts";
import { isMultiple, type LwM2mObject, type ResourceValue } from "../data-model/object.ts";
import { badRequest, methodNotAllowed } from "../data-model/operation-error.ts";
import { isReadable, isWritable, type ObjectDefinition, type ResourceDefinition } from "../model/object-definition.ts";
import type { Change, ConfigurableObject } from "./configurable-object.ts";
import type { InstanceContent, ObjectContent } from "./configuration.ts";

/**
 * A live object of the data model as bootstrap sees it. What servers cannot read or write, bootstrap cannot either: the
 * object has no way to it.
 */
export class ModelObject implements ConfigurableObject {
  readonly isStored = false;
  readonly #object: LwM2mObject;

  constructor(object: LwM2mObject) {
    this.#object = object;
  }

  get definition(): ObjectDefinition {
    return this.#object.definition;
  }

  get canLoseInstances(): boolean {
    return this.#object.delete !== undefined;
  }

  accepts(resource: ResourceDefinition): boolean {
    return isWritable(resource);
  }

  async content(): Promise<ObjectContent> {
    const entries = this.#object.instances().map(async (id) => [id, await this.#instance(id)] as const);
    return new Map(await Promise.all(entries));
  }

  async prepare(before: ObjectContent, after: ObjectContent): Promise<Change> {
    const steps: Change[] = [];
    for (const id of before.keys()) if (!after.has(id)) steps.push(this.#removal(id, before.get(id) ?? new Map()));
    for (const [id, content] of after) {
      const old = before.get(id);
      if (!old) steps.push(this.#creation(id, content));
      else if (old !== content) steps.push(await this.#rewrite(id, old, content));
    }
    return inOrder(steps);
  }

  async #instance(instance: number): Promise<InstanceContent> {
    const content = new Map<number, ResourceValue>();
    for (const id of this.#object.resources(instance)) {
      const resource = this.definition.resources.get(id);
      const value = resource && isReadable(resource) ? await this.#object.read(instance, id) : undefined;
      if (value !== undefined) content.set(id, value);
    }
    return content;
  }

  #removal(instance: number, content: InstanceContent): Change {
    const { id } = this.definition;
    if (!this.#object.delete) throw methodNotAllowed(`/${id}/${instance} cannot be deleted`);
    return {
      apply: () => this.#object.delete?.(instance),
      undo: () => this.#create(instance, content),
    };
  }

  #creation(instance: number, content: InstanceContent): Change {
    const { id } = this.definition;
    if (!this.#object.create) throw methodNotAllowed(`/${id}/${instance} cannot be created`);
    return {
      apply: () => this.#create(instance, content),
      undo: async () => {
        if (this.#object.instances().includes(instance)) await this.#object.delete?.(instance);
      },
    };
  }

  async #create(instance: number, content: InstanceContent): Promise<void> {
    if (this.#object.instances().includes(instance)) return;
    await this.#object.create?.(instance, this.#writable(content));
  }

  async #rewrite(instance: number, old: InstanceContent, content: InstanceContent): Promise<Change> {
    const forth = await this.#write(instance, old, content);
    return { apply: forth, undo: async () => (await this.#write(instance, content, old))() };
  }

  /** Only what differs is written, unless something has to go: that takes a replace. */
  async #write(instance: number, from: InstanceContent, to: InstanceContent): Promise<() => void | Promise<void>> {
    const wanted = this.#writable(to);
    const replace = [...this.#writable(from).keys()].some((id) => !wanted.has(id));
    const resources = replace ? wanted : new Map([...wanted].filter(([id, value]) => !isSame(from.get(id), value)));
    if (resources.size === 0 && !replace) return () => {};
    if (!this.#object.prepareWrite) throw methodNotAllowed(`object ${this.definition.id} cannot be written`);
    const supported = new Set(this.#object.resources(instance));
    const unknown = [...resources.keys()].find((id) => !supported.has(id));
    if (unknown !== undefined) throw badRequest(`no resource ${this.definition.id}/${instance}/${unknown}`);
    return this.#object.prepareWrite(instance, { replace, resources });
  }

  #writable(content: InstanceContent): InstanceContent {
    return new Map(
      [...content].filter(([id]) => {
        const resource = this.definition.resources.get(id);
        return resource !== undefined && isWritable(resource);
      }),
    );
  }
}

function inOrder(steps: readonly Change[]): Change {
  const begun: Change[] = [];
  return {
    apply: async () => {
      for (const step of steps) {
        begun.unshift(step);
        await step.apply();
      }
    },
    undo: async () => {
      for (const step of begun.splice(0)) await step.undo();
    },
  };
}

function isSame(a: ResourceValue | undefined, b: ResourceValue): boolean {
  if (a === undefined || isMultiple(a) !== isMultiple(b)) return false;
  if (!isMultiple(a) || !isMultiple(b)) return !isMultiple(a) && !isMultiple(b) && equalValues(a, b);
  return a.size === b.size && [...a].every(([id, value]) => isSame(b.get(id), value));
}
