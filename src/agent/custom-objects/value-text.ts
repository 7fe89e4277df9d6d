import { Decimal } from "../../formats/decimal.ts";
import { decodeText, encodeText } from "../../formats/text.ts";
import { floatValue, opaqueValue, type Value, type ValueType, wholeValue } from "../../formats/values.ts";
import { decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";

const numeric: ReadonlySet<ValueType> = new Set(["integer", "unsigned", "float", "time"]);

/** How a value of one type stands in files and in the input and output of commands: as text, an opaque one as its bytes. */
export class ValueText {
  readonly #type: ValueType;
  readonly #scale: number;

  /** `scale`: what a number outside is multiplied by to become the resource's value. */
  constructor(type: ValueType, scale = 1) {
    this.#type = type;
    this.#scale = scale;
  }

  static canScale(type: ValueType | undefined): boolean {
    return type !== undefined && numeric.has(type);
  }

  /** Throws ValueError or DecodeError when the text is not of the type. */
  parse(bytes: Uint8Array): Value {
    if (this.#type === "opaque") return opaqueValue(bytes);
    const text = this.#bare(decodeUtf8(bytes, "value"));
    if (this.#scale !== 1) return this.#scaled(text);
    return decodeText(encodeUtf8(this.#type === "boolean" ? booleanDigit(text) : text), this.#type);
  }

  format(value: Value): Uint8Array {
    if (value.type === "opaque") return value.value;
    if (this.#scale === 1) return encodeText(value);
    const number = Number(typeof value.value === "bigint" || typeof value.value === "number" ? value.value : 0);
    return encodeUtf8(Decimal.of(times(number, 1 / this.#scale)).text);
  }

  /** Blanks around a text may be meant, the end of its line is not. */
  #bare(text: string): string {
    return this.#type === "string" || this.#type === "corelnk" ? text.replace(/\r?\n$/, "") : text.trim();
  }

  #scaled(text: string): Value {
    const raw = decodeText(encodeUtf8(text), "float");
    const number = times(raw.type === "float" ? raw.value : 0, this.#scale);
    if (this.#type === "float") return floatValue(number);
    const whole = BigInt(Math.round(number));
    return wholeValue(this.#type === "unsigned" || this.#type === "time" ? this.#type : "integer", whole);
  }
}

/** Dividing by 1000 gives the nearest number to the true result, which multiplying by 0.001 does not. */
function times(number: number, factor: number): number {
  const divisor = Math.round(1 / factor);
  return Math.abs(divisor * factor - 1) < 1e-12 ? number / divisor : number * factor;
}

function booleanDigit(text: string): string {
  const word = text.toLowerCase();
  if (word === "true" || word === "on") return "1";
  return word === "false" || word === "off" ? "0" : text;
}
