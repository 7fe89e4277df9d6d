import { fileURLToPath } from "node:url";
import { booleanValue, integerValue, opaqueValue, stringValue } from "../../../src/formats/values.ts";
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

/** Text, whole numbers, booleans, bytes, and lists of text as the instances of a multiple resource. */
export type PlainValue = string | number | boolean | Uint8Array | readonly string[];

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
    const values = Object.entries(resources).map(
      ([resource, value]) => [Number(resource), resourceValue(value)] as const,
    );
    object.set(Number(id), new Map(values));
  }
  return object;
}

function resourceValue(value: PlainValue): ResourceValue {
  if (typeof value === "string") return stringValue(value);
  if (typeof value === "number") return integerValue(value);
  if (typeof value === "boolean") return booleanValue(value);
  if (value instanceof Uint8Array) return opaqueValue(value);
  return new Map(value.map((text, id) => [id, stringValue(text)] as const));
}
