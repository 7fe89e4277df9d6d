import { isExecutable, isReadable, isWritable } from "../../../lwm2m/model/object-definition.ts";
import { type ResourceBehaviour, type ResourceTable, TableObject } from "../../../lwm2m/objects/table-object.ts";
import { CustomObjectsError } from "../custom-objects-error.ts";
import type { ObjectModule } from "./define-object.ts";
import { type ObjectShape, type ResourceShape, shapeDefinition } from "./object-shape.ts";
import { plainOfResourceValue, resourceValueOfPlain } from "./plain-values.ts";

/** An object whose code a module brings. */
export class DefinedObject extends TableObject {
  readonly #shape: ObjectShape;

  /** Throws CustomObjectsError when the instances do not fit the shape, and what the module's own code throws. */
  constructor({ shape, setup }: ObjectModule) {
    super(shapeDefinition(shape));
    this.#shape = shape;
    const instances = setup({
      changed: (instance, name) => this.#changed(instance, name),
      set: (instance, resources) => this.setInstance(instance, this.#table(instance, resources)),
      remove: (instance) => this.removeInstance(instance),
    });
    for (const [id, resources] of members(instances)) {
      const instance = Number(id);
      if (!(Number.isInteger(instance) && instance >= 0 && instance < 65_535)) this.#fail(`instance ${id} is no id`);
      if (!shape.multiple && instance !== 0) this.#fail(`it has instance 0 alone, instance ${id} came`);
      this.setInstance(instance, this.#table(instance, resources));
    }
  }

  #changed(instance: number, name: string): void {
    const resource = this.#shape.resources[name]?.id;
    if (resource !== undefined) this.announce({ instance, resource });
  }

  #table(instance: number, resources: unknown): ResourceTable {
    const given = new Map(members(resources).filter(([, behaviour]) => behaviour !== undefined));
    for (const name of given.keys()) {
      if (!Object.hasOwn(this.#shape.resources, name)) this.#fail(`instance ${instance}: no resource "${name}"`);
    }
    const table = new Map<number, ResourceBehaviour>();
    for (const [name, resource] of Object.entries(this.#shape.resources)) {
      const behaviour = given.get(name);
      if (behaviour !== undefined)
        table.set(resource.id, this.#behaviour(`instance ${instance}: ${name}`, resource, behaviour));
      else if (resource.mandatory) this.#fail(`instance ${instance}: ${name} is missing, which is mandatory`);
    }
    return table;
  }

  #behaviour(where: string, resource: ResourceShape, given: unknown): ResourceBehaviour {
    const { type, multiple } = resource;
    const code = isCode(given) ? given : undefined;
    if (isExecutable(resource))
      return code?.execute ? { execute: (args) => code.execute?.(args) } : this.#lacks(where, "execute");
    if (type === undefined) return this.#lacks(where, "type");
    if (!code) {
      const value = resourceValueOfPlain(given, type, multiple);
      return isReadable(resource) && !isWritable(resource) ? { read: () => value } : this.#lacks(where, "write");
    }
    if (isReadable(resource) && !code.read) this.#lacks(where, "read");
    if (isWritable(resource) && !code.write) this.#lacks(where, "write");
    const read = async () => {
      const plain = await code.read?.();
      return plain === undefined ? undefined : resourceValueOfPlain(plain, type, multiple);
    };
    return {
      ...(isReadable(resource) && { read, changesByItself: code.announced !== true }),
      ...(isWritable(resource) && { write: (value) => () => code.write?.(plainOfResourceValue(value)) }),
    };
  }

  #lacks(where: string, what: string): never {
    return this.#fail(`${where} has no ${what}, which its operations ask for`);
  }

  #fail(problem: string): never {
    const { id, name } = this.#shape;
    throw new CustomObjectsError([`object ${id} (${name}): ${problem}`]);
  }
}

/** Functions of a module; what they give is looked at before use. */
interface Code {
  read?(): unknown;
  readonly announced?: unknown;
  write?(value: unknown): void | Promise<void>;
  execute?(args: ReadonlyMap<number, string>): void | Promise<void>;
}

function isCode(given: unknown): given is Code {
  if (typeof given !== "object" || given === null || given instanceof Map || given instanceof Uint8Array) return false;
  return members(given).some(
    ([name, member]) => ["read", "write", "execute"].includes(name) && typeof member === "function",
  );
}

function members(of: unknown): [string, unknown][] {
  return typeof of === "object" && of !== null ? Object.entries(of) : [];
}
