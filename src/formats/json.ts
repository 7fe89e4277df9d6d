import { DecodeError } from "../util/coded-error.ts";
import { Decimal } from "./decimal.ts";

/** JSON with numbers as their text (64-bit integers stay exact) and objects as maps (no prototype in reach). */
export type JsonValue = null | boolean | string | Decimal | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

const MAX_DEPTH = 16;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null/y;

/** RFC 8259, strictly: one value, no duplicate names, no lone surrogates, at most 16 levels. Throws DecodeError. */
export function parseJson(text: string): JsonValue {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) this.#fail(`more than ${MAX_DEPTH} levels`);
    this.#match(SPACE);
    const first = this.#text[this.#at];
    if (first === "[") return this.#array(depth);
    if (first === "{") return this.#object(depth);
    if (first === '"') return this.#string();
    const literal = this.#match(LITERAL);
    if (literal) return literal === "null" ? null : literal === "true";
    return this.#number();
  }

  end(): void {
    this.#match(SPACE);
    if (this.#at < this.#text.length) this.#fail("something after the value");
  }

  #array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.#at++;
    if (this.#accept("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.#accept(","));
    this.#expect("]");
    return items;
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#at++;
    if (this.#accept("}")) return members;
    do this.#member(members, depth);
    while (this.#accept(","));
    this.#expect("}");
    return members;
  }

  #member(members: Map<string, JsonValue>, depth: number): void {
    this.#match(SPACE);
    const name = this.#string();
    if (members.has(name)) this.#fail("the same name twice");
    this.#expect(":");
    members.set(name, this.value(depth + 1));
  }

  #string(): string {
    const literal = this.#match(STRING) || this.#fail("string expected");
    const text = this.#unescape(literal);
    if (typeof text !== "string" || /\p{Surrogate}/u.test(text)) this.#fail("lone surrogate in a string");
    return text;
  }

  #unescape(literal: string): unknown {
    try {
      return JSON.parse(literal);
    } catch {
      return this.#fail("bad escape or control character in a string");
    }
  }

  #number(): Decimal {
    return Decimal.parse(this.#match(NUMBER)) ?? this.#fail("value expected");
  }

  #accept(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) this.#fail(`"${character}" expected`);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #fail(problem: string): never {
    throw new DecodeError(`JSON: ${problem}`, this.#at);
  }
}
