import type { Value } from "../../formats/values.ts";
import { isMultiple, type ResourceValue } from "../data-model/object.ts";
import { badRequest } from "../data-model/operation-error.ts";

/** The value, when it is one of that type. Throws OperationError 4.00. */
export function singleValue<T extends Value["type"]>(value: ResourceValue, type: T): Extract<Value, { type: T }> {
  if (isMultiple(value) || !isOfType(value, type)) throw badRequest(`one ${type} value expected`);
  return value;
}

function isOfType<T extends Value["type"]>(value: Value, type: T): value is Extract<Value, { type: T }> {
  return value.type === type;
}
