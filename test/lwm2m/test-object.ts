import type { ValueType } from "../../src/formats/values.ts";
import {
  booleanValue,
  coreLinkValue,
  floatValue,
  integerValue,
  objectLinkValue,
  opaqueValue,
  stringValue,
  timeValue,
  unsignedValue,
} from "../../src/formats/values.ts";
import { isMultiple, type ResourceValue } from "../../src/lwm2m/data-model/object.ts";
import type {
  ObjectDefinition,
  ResourceDefinition,
  ResourceOperations,
} from "../../src/lwm2m/model/object-definition.ts";
import { type ResourceBehaviour, TableObject } from "../../src/lwm2m/objects/table-object.ts";

type Row = [number, ResourceOperations, "single" | "multiple", "mandatory" | "optional", ValueType | undefined];

const rows: Row[] = [
  [0, "RW", "single", "mandatory", "string"],
  [1, "RW", "single", "optional", "integer"],
  [2, "RW", "single", "optional", "unsigned"],
  [3, "RW", "single", "optional", "float"],
  [4, "RW", "single", "optional", "boolean"],
  [5, "RW", "single", "optional", "opaque"],
  [6, "RW", "single", "optional", "time"],
  [7, "RW", "single", "optional", "objlnk"],
  [8, "RW", "single", "optional", "corelnk"],
  [9, "RW", "multiple", "optional", "integer"],
  [10, "R", "single", "optional", "integer"],
  [11, "W", "single", "optional", "string"],
  [12, "E", "single", "optional", undefined],
  [13, "R", "multiple", "optional", "string"],
  // Defined, but no instance has it.
  [14, "RW", "single", "optional", "string"],
];

function resource([id, operations, multiple, mandatory, type]: Row): ResourceDefinition {
  return {
    id,
    name: `resource ${id}`,
    operations,
    multiple: multiple === "multiple",
    mandatory: mandatory === "mandatory",
    ...(type && { type }),
    ...(id === 1 && { range: { kind: "between", min: -100, max: 100 } as const }),
    units: "",
    description: "",
  };
}

export const testDefinition: ObjectDefinition = {
  id: 33000,
  name: "Test",
  version: "1.1",
  urn: "urn:oma:lwm2m:x:33000:1.1",
  multiple: true,
  mandatory: false,
  description: "",
  resources: new Map(rows.map((row) => [row[0], resource(row)])),
};

/** An object with a resource of each type, whose values live in memory; servers may create and delete instances. */
export class TestObject extends TableObject {
  readonly values = new Map<string, ResourceValue>();
  readonly executed: string[] = [];

  constructor() {
    super(testDefinition);
    this.addInstance(0);
  }

  addInstance(instance: number, given: ReadonlyMap<number, ResourceValue> = new Map()): void {
    for (const [id, value] of new Map([...initial, ...given])) this.values.set(`${instance}/${id}`, value);
    const table = rows.filter(([id]) => id !== 14).map(([id]) => [id, this.#behaviour(instance, id)] as const);
    this.setInstance(instance, new Map(table));
  }

  set(instance: number, id: number, value: ResourceValue | undefined): void {
    if (value) this.values.set(`${instance}/${id}`, value);
    else this.values.delete(`${instance}/${id}`);
    this.announce({ instance, resource: id });
  }

  get(instance: number, id: number): unknown {
    const value = this.values.get(`${instance}/${id}`);
    return value && (isMultiple(value) ? new Map([...value].map(([key, single]) => [key, single.value])) : value.value);
  }

  create(instance: number | undefined, resources: ReadonlyMap<number, ResourceValue>): number {
    const id = instance ?? Math.max(-1, ...this.instances()) + 1;
    this.addInstance(id, resources);
    return id;
  }

  delete(instance: number): void {
    this.removeInstance(instance);
  }

  #behaviour(instance: number, id: number): ResourceBehaviour {
    return {
      read: () => this.values.get(`${instance}/${id}`),
      write: (value) => () => {
        this.values.set(`${instance}/${id}`, value);
      },
      ...(id >= 1 && id <= 9 && { clear: () => void this.values.delete(`${instance}/${id}`) }),
      execute: (args) => void this.executed.push(JSON.stringify([...args])),
    };
  }
}

const initial: ReadonlyMap<number, ResourceValue> = new Map<number, ResourceValue>([
  [0, stringValue("name")],
  [1, integerValue(-5)],
  [2, unsignedValue(2n ** 64n - 1n)],
  [3, floatValue(1.5)],
  [4, booleanValue(true)],
  [5, opaqueValue(Uint8Array.of(1, 2, 3))],
  [6, timeValue(1_700_000_000)],
  [7, objectLinkValue(3, 0)],
  [8, coreLinkValue("</3/0>")],
  [
    9,
    new Map([
      [0, integerValue(10)],
      [2, integerValue(12)],
    ]),
  ],
  [10, integerValue(42)],
  [13, new Map()],
]);
