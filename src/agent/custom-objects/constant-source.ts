import { decodeText } from "../../formats/text.ts";
import type { Value, ValueType } from "../../formats/values.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import type { ResourceSource } from "./resource-source.ts";

/** A value that stays as it is. */
export class ConstantSource implements ResourceSource {
  readonly constant = true;
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  async read(): Promise<Value> {
    return this.#value;
  }
}

/** A constant of the configuration as a value; an opaque one is base64. Throws ValueError or DecodeError. */
export function constantValue(constant: string | number | boolean, type: ValueType): Value {
  const text = typeof constant === "boolean" && type === "boolean" ? String(Number(constant)) : String(constant);
  return decodeText(encodeUtf8(text), type);
}
