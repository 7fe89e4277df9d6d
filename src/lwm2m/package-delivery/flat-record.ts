import { Decimal } from "../../formats/decimal.ts";
import { type JsonObject, parseJson } from "../../formats/json.ts";
import { decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";
import { DecodeError } from "../../util/coded-error.ts";

type Field = string | number | boolean | undefined;

/** Text, whole numbers and flags by name, as one JSON object with a format version: what small state records are. */
export class FlatRecord {
  readonly #what: string;
  readonly #members: JsonObject;

  static encode(version: number, fields: Readonly<Record<string, Field>>): Uint8Array {
    return encodeUtf8(`${JSON.stringify({ format: version, ...fields }, undefined, 1)}\n`);
  }

  /** Throws DecodeError, also for a record of another version. `what` names it in messages. */
  constructor(what: string, version: number, bytes: Uint8Array) {
    const members = parseJson(decodeUtf8(bytes, what));
    this.#what = what;
    if (!(members instanceof Map)) throw new DecodeError(`${what}: object expected`, 0);
    this.#members = members;
    if (this.number("format") !== version) this.#fail("format", `${version}`);
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? this.#fail(name, "whole number");
  }

  /** Whole and not negative. */
  optionalNumber(name: string): number | undefined {
    const value = this.#members.get(name);
    if (value === undefined) return undefined;
    const number = value instanceof Decimal ? Number(value.text) : Number.NaN;
    return Number.isSafeInteger(number) && number >= 0 ? number : this.#fail(name, "whole number");
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#fail(name, "text");
  }

  optionalText(name: string): string | undefined {
    const value = this.#members.get(name);
    return value === undefined || typeof value === "string" ? value : this.#fail(name, "text");
  }

  flag(name: string): boolean {
    const value = this.#members.get(name);
    return typeof value === "boolean" ? value : this.#fail(name, "flag");
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name);
    return choices.find((each) => each === value) ?? this.#fail(name, choices.join(" or "));
  }

  #fail(name: string, expected: string): never {
    throw new DecodeError(`${this.#what}: ${name}: ${expected} expected`, 0);
  }
}

/** The fields that have a value. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  return Object.assign(kept, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
}
