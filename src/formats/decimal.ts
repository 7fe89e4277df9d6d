import { ValueError } from "./values.ts";

const SYNTAX = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/;
/** 2^64 has 20 digits: with more there is nothing to be exact about. */
const MAX_DIGITS = 20;

/** A number kept as its decimal text, because a JavaScript number loses integers beyond 2^53. */
export class Decimal {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Takes what JSON, text/plain and our own numbers look like: "-12", "0.5", "1.5e-7". Undefined otherwise. */
  static parse(text: string): Decimal | undefined {
    return SYNTAX.test(text) ? new Decimal(text) : undefined;
  }

  /** Throws ValueError for NaN and infinities. */
  static of(value: number | bigint): Decimal {
    if (typeof value === "number" && !Number.isFinite(value)) throw new ValueError(`${value} is not a finite number`);
    return new Decimal(Object.is(value, -0) ? "-0" : String(value));
  }

  /** As `of`, and a whole number keeps a fraction, "140.0", so that it still reads as a float. */
  static ofFloat(value: number): Decimal {
    const decimal = Decimal.of(value);
    return /^-?\d+$/.test(decimal.text) ? new Decimal(`${decimal.text}.0`) : decimal;
  }

  /** The exact whole number; throws ValueError when there is a fraction left or more than 20 digits. */
  toWhole(): bigint {
    const [, sign = "", integer = "", fraction = "", exponent = "0"] = SYNTAX.exec(this.text) ?? [];
    const digits = `${integer}${fraction}`.replace(/^0+/, "");
    if (digits === "") return 0n;
    const point = digits.length - fraction.length + Number(exponent);
    if (point > MAX_DIGITS) throw new ValueError("number too large for 64 bits");
    if (point < 1 || /[1-9]/.test(digits.slice(point)))
      throw new ValueError(`whole number expected, ${this.#short} came`);
    const magnitude = BigInt(digits.slice(0, point).padEnd(point, "0"));
    return sign === "-" ? -magnitude : magnitude;
  }

  /** Throws ValueError when it is beyond what a double holds. */
  toFloat(): number {
    const value = Number(this.text);
    if (!Number.isFinite(value)) throw new ValueError(`${this.#short} is too large for a float`);
    return value;
  }

  plus(other: Decimal): Decimal {
    const isWhole = [this, other].every(({ text }) => /^-?\d{1,20}$/.test(text));
    return isWhole ? Decimal.of(this.toWhole() + other.toWhole()) : Decimal.of(this.toFloat() + other.toFloat());
  }

  get #short(): string {
    return this.text.length > 40 ? `${this.text.slice(0, 40)}...` : this.text;
  }
}
