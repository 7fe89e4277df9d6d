import { CborFloat, type CborItem, decodeCborItem, type EncodableCbor, encodeCborItem } from "./cbor-item.ts";
import { Decimal } from "./decimal.ts";
import { formatObjectLink, parseObjectLink } from "./object-link.ts";
import { floatValue, type Value, ValueError, type ValueType, wholeValue } from "./values.ts";

/** application/cbor (OMA LwM2M Core 1.2 §7.4.4): one value of a known type. */
export function encodeCbor(value: Value): Uint8Array {
  return encodeCborItem(cborItem(value));
}

/** Throws DecodeError when it is not CBOR and ValueError when it is not of the type. */
export function decodeCbor(bytes: Uint8Array, type: ValueType): Value {
  return valueOfItem(decodeCborItem(bytes, "CBOR"), type);
}

/** One decoded item as a value of a known type. Throws ValueError when it is of another type. */
export function valueOfItem(item: CborItem, type: ValueType): Value {
  if (item instanceof Decimal) {
    if (type === "float") return floatValue(item.toFloat());
    if (type === "integer" || type === "unsigned" || type === "time") return wholeValue(type, item.toWhole());
  }
  if (typeof item === "boolean" && type === "boolean") return { type, value: item };
  if (typeof item === "string" && (type === "string" || type === "corelnk")) return { type, value: item };
  if (item instanceof Uint8Array && type === "opaque") return { type, value: item };
  const link = typeof item === "string" && type === "objlnk" ? parseObjectLink(item) : undefined;
  if (link) return { type: "objlnk", value: link };
  throw new ValueError(`CBOR: the item is not of type ${type}`);
}

/** The item that stands for a value, here and in LwM2M CBOR. */
export function cborItem(value: Value): EncodableCbor {
  if (value.type === "objlnk") return formatObjectLink(value.value);
  return value.type === "float" ? new CborFloat(Decimal.of(value.value).toFloat()) : value.value;
}
