import { fileURLToPath } from "node:url";
import {
  booleanValue,
  floatValue,
  integerValue,
  objectLinkValue,
  opaqueValue,
  stringValue,
  timeValue,
  unsignedValue,
  type Value,
  type ValueType,
} from "../../../src/formats/values.ts";
import type { ResourceValue } from "../../../src/lwm2m/data-model/object.ts";
import type { ObjectDefinition } from "../../../src/lwm2m/model/object-definition.ts";
import { ObjectRegistry } from "../../../src/lwm2m/model/object-registry.ts";
import { parseObjectXml } from "../../../src/lwm2m/model/object-xml.ts";
import { PlainObject } from "../../../src/lwm2m/objects/plain-object.ts";
import { PortfolioObject } from "../../../src/lwm2m/objects/portfolio-object.ts";
import { objectFiles, registry } from "../../lwm2m/objects-folder.ts";

const own = new ObjectRegistry(
  objectFiles(fileURLToPath(new URL("./objects", import.meta.url))).flatMap(([name, text]): ObjectDefinition[] =>
    parseObjectXml(text, name),
  ),
);

/** Definitions of the product, or of those that only the rows need; the newest when no version is named. */
export function definition(id: number, version?: string): ObjectDefinition {
  return own.find(id, version) ?? registry.get(id, version);
}

/** Values as the definition types them: object links as "3:0", lists as the instances of a multiple resource. */
export type PlainValue = string | number | boolean | Uint8Array | readonly (string | number | Uint8Array)[];

/** An object that keeps what is written, with these values by instance and resource. */
export function plainObject(
  object: ObjectDefinition,
  instances: Readonly<Record<number, Readonly<Record<number, PlainValue>>>>,
): PlainObject {
  return filled(new PlainObject(object), instances);
}

/** The Portfolio object of configuration C.12: one instance with four identities. */
export function portfolio(instances: Readonly<Record<number, readonly string[]>> = {}): PortfolioObject {
  const values = Object.entries(instances).map(([id, identities]) => [Number(id), { 0: identities }] as const);
  return filled(new PortfolioObject(definition(16)), Object.fromEntries(values));
}

export const fourIdentities = ["Host Device ID #1", "Host Maker #1", "Host Model #1", "Host Software #1"] as const;

function filled<T extends PlainObject>(
  object: T,
  instances: Readonly<Record<number, Readonly<Record<number, PlainValue>>>>,
): T {
  for (const [id, resources] of Object.entries(instances)) {
    const values = Object.entries(resources).map(([resource, value]) => {
      const type = object.definition.resources.get(Number(resource))?.type;
      return [Number(resource), resourceValue(type, value)] as const;
    });
    object.set(Number(id), new Map(values));
  }
  return object;
}

export function resourceValue(type: ValueType | undefined, value: PlainValue): ResourceValue {
  if (!isList(value)) return singleValue(type, value);
  return new Map(value.map((one, id) => [id, singleValue(type, one)] as const));
}

function isList(value: PlainValue): value is readonly (string | number | Uint8Array)[] {
  return Array.isArray(value);
}

function singleValue(type: ValueType | undefined, value: string | number | boolean | Uint8Array): Value {
  if (typeof value === "boolean") return booleanValue(value);
  if (typeof value === "object") return opaqueValue(value);
  if (type === "objlnk") {
    const [object = 0, instance = 0] = String(value).split(":").map(Number);
    return objectLinkValue(object, instance);
  }
  if (typeof value === "string") return stringValue(value);
  if (type === "float") return floatValue(value);
  if (type === "time") return timeValue(value);
  return type === "unsigned" ? unsignedValue(value) : integerValue(value);
}
