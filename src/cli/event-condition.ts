import { CodedError } from "../util/coded-error.ts";

/** `NAME` or `NAME,FIELD=VALUE,…`: which event is meant. */
export class EventCondition {
  readonly name: string;
  readonly #fields: readonly (readonly [string, string])[];

  /** Throws CodedError "BAD_ARGUMENT". */
  constructor(text: string) {
    const [name = "", ...fields] = text.split(",");
    if (!/^[a-z-]+$/.test(name) || !fields.every((field) => /^\w+=/.test(field))) {
      throw new CodedError("BAD_ARGUMENT", `--until: NAME or NAME,FIELD=VALUE expected, ${JSON.stringify(text)} came`);
    }
    this.name = name;
    this.#fields = fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]);
  }

  isMet(event: ReadonlyMap<string, unknown>): boolean {
    return event.get("event") === this.name && this.#fields.every(([key, value]) => String(event.get(key)) === value);
  }
}
