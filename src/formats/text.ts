import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { Decimal } from "./decimal.ts";
import { formatObjectLink, parseObjectLink } from "./object-link.ts";
import { booleanValue, floatValue, type Value, ValueError, type ValueType, wholeValue } from "./values.ts";

/** text/plain (OMA LwM2M Core 1.2 §7.4.1): one value of a known type. */
export function encodeText(value: Value): Uint8Array {
  return encodeUtf8(valueText(value));
}

/** Throws DecodeError or ValueError when the text is not of the type. */
export function decodeText(bytes: Uint8Array, type: ValueType): Value {
  return parseValueText(decodeUtf8(bytes, "text/plain"), type);
}

function valueText(value: Value): string {
  switch (value.type) {
    case "string":
    case "corelnk":
      return value.value;
    case "integer":
    case "unsigned":
    case "time":
      return value.value.toString();
    case "float":
      return Decimal.of(value.value).text;
    case "boolean":
      return value.value ? "1" : "0";
    case "opaque":
      return encodeBase64(value.value);
    case "objlnk":
      return formatObjectLink(value.value);
  }
}

function parseValueText(text: string, type: ValueType): Value {
  switch (type) {
    case "string":
    case "corelnk":
      return { type, value: text };
    case "integer":
    case "unsigned":
    case "time":
      if (!/^-?\d{1,20}$/.test(text)) return mismatch(type);
      return wholeValue(type, BigInt(text));
    case "float":
      return floatValue((Decimal.parse(text) ?? mismatch(type)).toFloat());
    case "boolean":
      return text === "1" || text === "0" ? booleanValue(text === "1") : mismatch(type);
    case "opaque":
      return { type, value: decodeBase64(text) };
    case "objlnk":
      return { type, value: parseObjectLink(text) ?? mismatch(type) };
  }
}

function mismatch(type: ValueType): never {
  throw new ValueError(`text/plain: the text is not of type ${type}`);
}
