import { DecodeError } from "../util/coded-error.ts";

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
  /** Where the element begins, from the first byte of the outermost structure. */
  readonly offset: number;
}

export const DerTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** [n] IMPLICIT over a primitive type. */
export const contextPrimitive = (n: number): number => 0x80 | n;
/** [n] EXPLICIT, or IMPLICIT over a constructed type. */
export const contextConstructed = (n: number): number => 0xa0 | n;

const maxDepth = 20;

/**
 * Reads DER elements in order (X.690 §10): definite lengths in their shortest form, tags of one byte, bounded nesting.
 * Every failure is a DecodeError with its offset.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #base: number;
  readonly #depth: number;
  #at = 0;

  /** `what` names the structure in error messages. `base` and `depth` are for nested readers. */
  constructor(bytes: Uint8Array, what: string, base = 0, depth = 0) {
    this.#bytes = bytes;
    this.#what = what;
    this.#base = base;
    this.#depth = depth;
    if (depth > maxDepth) this.fail("nested too deeply");
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next element's tag, or undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  next(): DerElement {
    const start = this.#at;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) this.fail("tag of more than one byte");
    const length = this.#length();
    if (length > this.#bytes.length - this.#at)
      this.fail(`${length} bytes expected, ${this.#bytes.length - this.#at} left`);
    const content = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return { tag, content, whole: this.#bytes.subarray(start, this.#at), offset: this.#base + start };
  }

  take(tag: number): DerElement {
    if (this.tag !== tag) this.fail(`tag ${hex(tag)} expected, ${hex(this.tag)} found`);
    return this.next();
  }

  optional(tag: number): DerElement | undefined {
    return this.tag === tag ? this.next() : undefined;
  }

  /** A reader of what lies inside an element that this reader gave. */
  inside(element: DerElement): DerReader {
    const header = element.whole.length - element.content.length;
    return new DerReader(element.content, this.#what, element.offset + header, this.#depth + 1);
  }

  enter(tag: number): DerReader {
    return this.inside(this.take(tag));
  }

  /** Call where nothing may follow. */
  end(): void {
    if (!this.done) this.fail(`${this.#bytes.length - this.#at} bytes too many`);
  }

  fail(problem: string): never {
    throw new DecodeError(`${this.#what}: ${problem}`, this.#base + this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return this.fail("ends too early");
    this.#at++;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) this.fail("length is indefinite or absurd");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 0x100 + this.#byte();
    if (length < 0x80 || length < 0x100 ** (count - 1)) this.fail("length not in its shortest form");
    return length;
  }
}

function hex(tag: number | undefined): string {
  return tag === undefined ? "nothing" : tag.toString(16).padStart(2, "0");
}
