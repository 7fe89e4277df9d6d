import type { Path } from "../../formats/path.ts";
import { decodeText } from "../../formats/text.ts";
import type { Value } from "../../formats/values.ts";
import type { DataModel } from "../../lwm2m/data-model/data-model.ts";
import type { LwM2mObject, ResourceValue } from "../../lwm2m/data-model/object.ts";
import { isMultiple } from "../../lwm2m/data-model/object.ts";
import { findResource } from "../../lwm2m/data-model/target.ts";
import type { ObjectDefinition } from "../../lwm2m/model/object-definition.ts";
import { isInRange } from "../../lwm2m/model/value-range.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { LocalResources, LocalText } from "./agent-control.ts";

/** What a person wrote, as values for the resources of one instance. Throws CodedError BAD_VALUE and OperationError 4.04. */
export async function newValues(
  model: DataModel,
  object: LwM2mObject,
  path: Path,
  given: LocalText | LocalResources,
): Promise<ReadonlyMap<number, ResourceValue>> {
  const { definition } = object;
  const [, instance = -1, , part] = path;
  if (path.length === 2) return allValues(definition, asResources(given));
  const { resource } = findResource(model, path);
  if (part === undefined) return new Map([[resource.id, resourceValue(definition, resource.id, asText(given))]]);
  const one = resourceValue(definition, resource.id, { [part]: onlyText(given) });
  const before = await object.read(instance, resource.id);
  const others = before && isMultiple(before) ? before : new Map<number, Value>();
  return new Map([[resource.id, isMultiple(one) ? new Map([...others, ...one]) : one]]);
}

/** Texts by resource id. Throws CodedError BAD_VALUE. */
export function allValues(definition: ObjectDefinition, given: LocalResources): Map<number, ResourceValue> {
  return new Map(
    Object.entries(given).map(([key, text]) => {
      const id = wholeNumber(key);
      return [id, resourceValue(definition, id, text)];
    }),
  );
}

function resourceValue(definition: ObjectDefinition, id: number, given: LocalText): ResourceValue {
  const { multiple } = definition.resources.get(id) ?? badResource(definition, id);
  if (typeof given === "string") {
    return multiple ? new Map([[0, single(definition, id, given)]]) : single(definition, id, given);
  }
  if (!multiple) throw badValue(definition, id, "it has one value, and several came");
  return new Map(Object.entries(given).map(([key, text]) => [wholeNumber(key), single(definition, id, text)]));
}

function single(definition: ObjectDefinition, id: number, text: string): Value {
  const { type, range } = definition.resources.get(id) ?? badResource(definition, id);
  if (!type) throw badValue(definition, id, "it holds no value");
  try {
    const value = decodeText(encodeUtf8(text), type);
    if (range && !isInRange(value, range)) throw badValue(definition, id, "the value is out of range");
    return value;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === "BAD_VALUE") throw error;
    throw badValue(definition, id, `a value of type ${type} was expected`, error);
  }
}

function asResources(given: LocalText | LocalResources): LocalResources {
  if (typeof given !== "string") return given;
  throw new CodedError("BAD_VALUE", "an instance takes resources by id, such as { 1: text }");
}

function asText(given: LocalText | LocalResources): LocalText {
  if (typeof given === "string") return given;
  return Object.fromEntries(Object.entries(given).map(([id, text]) => [id, onlyText(text)]));
}

function onlyText(given: LocalText | LocalResources): string {
  if (typeof given === "string") return given;
  throw new CodedError("BAD_VALUE", "one text was expected, and several came");
}

function wholeNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65535) return Number(text);
  throw new CodedError("BAD_VALUE", `"${text}" is no id; a number from 0 to 65534 was expected`);
}

function badResource({ id: objectId }: ObjectDefinition, id: number): never {
  throw new CodedError("BAD_VALUE", `object ${objectId} has no resource ${id}`);
}

function badValue({ id: objectId }: ObjectDefinition, id: number, problem: string, cause?: unknown): CodedError {
  return new CodedError("BAD_VALUE", `resource ${id} of object ${objectId}: ${problem}`, { cause });
}
