import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { ConfigError } from "./config-error.ts";

export type KeyPath = readonly PropertyKey[];

/** A YAML document that knows where each of its keys stands. */
export class SourceDocument {
  readonly path: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  /** Throws ConfigError when the text is no YAML; an empty file is an empty mapping. */
  constructor(text: string, path: string) {
    this.path = path;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const problems = this.#document.errors.map(({ message, pos: [at] }) => `${path}:${this.#lineAt(at)}: ${message}`);
    if (problems.length > 0) throw new ConfigError(problems.join("\n"));
    this.value = this.#document.toJS() ?? {};
  }

  valueAt(keys: KeyPath): unknown {
    return this.#document.getIn(this.#asWritten(keys));
  }

  /** Line (from 1) of the key, or of the nearest mapping around it that is there. */
  lineOf(keys: KeyPath): number {
    for (let length = keys.length; length > 0; length--) {
      const line = this.#lineOfKey(keys.slice(0, length));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #lineOfKey(given: KeyPath): number | undefined {
    const keys = this.#asWritten(given);
    const parent = this.#document.getIn(keys.slice(0, -1), true) ?? this.#document.contents;
    const last = keys.at(-1);
    if (isMap(parent)) {
      const key = parent.items.map((pair) => pair.key).find((node) => isScalar(node) && node.value === last);
      return isNode(key) && key.range ? this.#lineAt(key.range[0]) : undefined;
    }
    const node = this.#document.getIn(keys, true);
    return isNode(node) && node.range ? this.#lineAt(node.range[0]) : undefined;
  }

  /** A key that YAML reads as a number, such as a resource id, is text in `value`. */
  #asWritten(keys: KeyPath): unknown[] {
    let node: unknown = this.#document.contents;
    return keys.map((key) => {
      const pair = isMap(node)
        ? node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(key))
        : undefined;
      node = isSeq(node) ? node.get(Number(key), true) : pair?.value;
      return isScalar(pair?.key) ? pair.key.value : key;
    });
  }

  #lineAt(offset: number): number {
    return this.#lines.linePos(offset).line;
  }
}
