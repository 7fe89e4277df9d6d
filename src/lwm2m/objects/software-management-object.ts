import { booleanValue, integerValue, stringValue } from "../../formats/values.ts";
import type { Commit, InstanceWrite, ResourceValue, ValueStream } from "../data-model/object.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import type { SoftwareComponent } from "../software-management/software-component.ts";
import type { SoftwareComponents } from "../software-management/software-components.ts";
import { softwareStates } from "../software-management/software-machine.ts";
import type { SoftwareRecord } from "../software-management/software-record.ts";
import { softwareResultNumber } from "../software-management/software-result.ts";
import { singleValue } from "./single-value.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

const PACKAGE = 2;
const ADDRESS = 3;
const HIGHEST_ID = 65_534;

/** The Software Management object (/9), an instance a component: resources 0 to 4, 6 to 12, 14 and 15. */
export class SoftwareManagementObject extends TableObject {
  readonly #components: SoftwareComponents;

  constructor(definition: ObjectDefinition, components: SoftwareComponents) {
    super(definition);
    this.#components = components;
    for (const [instance, component] of components.all) this.#show(instance, component);
  }

  /** The address last: by then the login that comes with it is there. */
  override prepareWrite(instance: number, write: InstanceWrite): Commit {
    const ordered = [...write.resources].sort(([a], [b]) => Number(a === ADDRESS) - Number(b === ADDRESS));
    return super.prepareWrite(instance, { ...write, resources: new Map(ordered) });
  }

  openWrite(instance: number, resource: number, announced: number | undefined): ValueStream | undefined {
    return resource === PACKAGE ? this.#components.all.get(instance)?.openPackage(announced) : undefined;
  }

  async create(wanted: number | undefined, resources: ReadonlyMap<number, ResourceValue>): Promise<number> {
    const instance = wanted ?? this.#lowestFree();
    this.#show(instance, await this.#components.create(instance));
    try {
      await this.prepareWrite(instance, { replace: false, resources })();
    } catch (error) {
      await this.delete(instance);
      throw error;
    }
    return instance;
  }

  async delete(instance: number): Promise<void> {
    await this.#components.delete(instance);
    this.removeInstance(instance);
  }

  #show(instance: number, component: SoftwareComponent): void {
    this.setInstance(instance, behaviours(component));
    let shown = component.record;
    component.onChange(() => {
      const before = shown;
      shown = component.record;
      for (const [resource, member] of shownMembers) {
        if (before[member] !== shown[member]) this.announce({ instance, resource });
      }
    });
  }

  #lowestFree(): number {
    const taken = new Set(this.instances());
    for (let id = 0; id < HIGHEST_ID; id++) if (!taken.has(id)) return id;
    throw badRequest("no instance id is left");
  }
}

const shownMembers: readonly (readonly [number, keyof SoftwareRecord])[] = [
  [0, "name"],
  [1, "version"],
  [7, "state"],
  [8, "reportsObjects"],
  [9, "result"],
  [12, "active"],
];

function behaviours(component: SoftwareComponent): ReadonlyMap<number, ResourceBehaviour> {
  const text = (value: ResourceValue): string => singleValue(value, "string").value;
  return new Map<number, ResourceBehaviour>([
    [0, { read: () => stringValue(component.record.name ?? "") }],
    [1, { read: () => stringValue(component.record.version ?? "") }],
    [PACKAGE, { write: (value) => component.preparePackage(singleValue(value, "opaque").value) }],
    [ADDRESS, { write: (value) => component.prepareUri(text(value)) }],
    [4, { execute: () => component.install() }],
    [6, { execute: (args) => component.uninstall(isForUpdate(args)) }],
    [7, { read: () => integerValue(softwareStates.indexOf(component.record.state)) }],
    [
      8,
      {
        read: () => booleanValue(component.record.reportsObjects),
        write: (value) => {
          const reportsObjects = singleValue(value, "boolean").value;
          return () => component.set({ reportsObjects });
        },
      },
    ],
    [9, { read: () => integerValue(softwareResultNumber(component.record.result)) }],
    [10, { execute: () => component.setActive(true) }],
    [11, { execute: () => component.setActive(false) }],
    [12, { read: () => booleanValue(component.record.active) }],
    [14, { write: (value) => setter(text(value), (userName) => component.set({ userName })) }],
    [15, { write: (value) => setter(text(value), (password) => component.set({ password })) }],
  ]);
}

function setter(value: string, set: (value: string) => void): () => void {
  return () => set(value);
}

/** Argument 1 is "ForUpdate"; 0, or none, takes the software away. */
function isForUpdate(args: ReadonlyMap<number, string>): boolean {
  if (args.size > 1 || [...args.keys()].some((digit) => digit > 1)) throw badRequest("argument 0 or 1 expected");
  return args.has(1);
}
