import { CodedError } from "../../util/coded-error.ts";
import type { LocalResources, LocalText } from "./agent-control.ts";

/** What follows the name of a command on its line, taken word by word. Throws CodedError "BAD_COMMAND". */
export class ControlWords {
  readonly #usage: string;
  #rest: string;

  constructor(rest: string, usage: string) {
    this.#rest = rest;
    this.#usage = usage;
  }

  get isEmpty(): boolean {
    return this.#rest === "";
  }

  word(): string {
    const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(this.#rest) ?? [];
    if (word === "") this.fail();
    this.#rest = rest;
    return word;
  }

  words(): string[] {
    const all: string[] = [];
    while (!this.isEmpty) all.push(this.word());
    return all;
  }

  server(): number {
    const word = this.word();
    if (!/^\d{1,5}$/.test(word)) this.fail();
    return Number(word);
  }

  optionalServer(): number | undefined {
    return this.isEmpty ? undefined : this.server();
  }

  /** All that is left, as it stands. */
  rest(): string {
    const rest = this.#rest;
    this.#rest = "";
    return rest;
  }

  /** All that is left, as JSON of texts by id; numbers and truth values are taken as the texts that they stand for. */
  json(): LocalText | LocalResources {
    try {
      return textsOf(JSON.parse(this.rest()), 2);
    } catch (cause) {
      throw new CodedError("BAD_COMMAND", `JSON of texts expected: ${this.#usage}`, { cause });
    }
  }

  end(): void {
    if (!this.isEmpty) this.fail();
  }

  fail(): never {
    throw new CodedError("BAD_COMMAND", `expected: ${this.#usage}`);
  }
}

type Texts = string | { readonly [id: string]: Texts };

function textsOf(given: unknown, depth: 0 | 1): LocalText;
function textsOf(given: unknown, depth: number): LocalText | LocalResources;
function textsOf(given: unknown, depth: number): Texts {
  if (typeof given === "string") return given;
  if (typeof given === "number") return String(given);
  if (typeof given === "boolean") return given ? "1" : "0";
  if (typeof given !== "object" || given === null || depth === 0) throw new TypeError("a text, or texts by id");
  return Object.fromEntries(Object.entries(given).map(([id, one]) => [id, textsOf(one, depth - 1)]));
}
