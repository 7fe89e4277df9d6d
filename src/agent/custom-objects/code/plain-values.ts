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
  type Value,
  ValueError,
  type ValueType,
} from "../../../formats/values.ts";
import { isMultiple, type ResourceValue } from "../../../lwm2m/data-model/object.ts";

/** A value as code gives it, which types promise and nothing ensures. Throws ValueError. */
export function valueOfPlain(plain: unknown, type: ValueType): Value {
  const value = makers[type](plain);
  if (!value) throw new ValueError(`a value of type ${type} expected, ${describe(plain)} came`);
  return value;
}

/** Throws ValueError. */
export function resourceValueOfPlain(plain: unknown, type: ValueType, multiple: boolean): ResourceValue {
  if (!multiple) return valueOfPlain(plain, type);
  if (!(plain instanceof Map)) throw new ValueError(`a Map by resource instance id expected, ${describe(plain)} came`);
  const values = new Map<number, Value>();
  for (const [id, single] of plain) values.set(resourceInstanceId(id), valueOfPlain(single, type));
  return values;
}

/** As code gets it: `number`, `bigint`, `string`, ..., or a Map of them. */
export function plainOfResourceValue(value: ResourceValue): unknown {
  return isMultiple(value) ? new Map([...value].map(([id, single]) => [id, single.value])) : value.value;
}

type Maker = (plain: unknown) => Value | undefined;

const whole =
  (make: (value: bigint | number) => Value): Maker =>
  (plain) =>
    typeof plain === "bigint" || typeof plain === "number" ? make(plain) : undefined;

const text =
  (make: (value: string) => Value): Maker =>
  (plain) =>
    typeof plain === "string" ? make(plain) : undefined;

const makers: Readonly<Record<ValueType, Maker>> = {
  string: text(stringValue),
  corelnk: text(coreLinkValue),
  integer: whole(integerValue),
  unsigned: whole(unsignedValue),
  time: whole(timeValue),
  float: (plain) => (typeof plain === "number" ? floatValue(plain) : undefined),
  boolean: (plain) => (typeof plain === "boolean" ? booleanValue(plain) : undefined),
  opaque: (plain) => (plain instanceof Uint8Array ? opaqueValue(plain) : undefined),
  objlnk: (plain) => {
    const isLink = typeof plain === "object" && plain !== null && "objectId" in plain && "instanceId" in plain;
    if (!isLink) return undefined;
    const { objectId, instanceId } = plain;
    return isId(objectId) && isId(instanceId) ? objectLinkValue(objectId, instanceId) : undefined;
  },
};

function resourceInstanceId(id: unknown): number {
  if (isId(id)) return id;
  throw new ValueError(`a resource instance id from 0 to 65535 expected, ${describe(id)} came`);
}

function isId(id: unknown): id is number {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= 65_535;
}

function describe(plain: unknown): string {
  return plain === null ? "null" : `something of type ${typeof plain}`;
}
