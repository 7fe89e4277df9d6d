import { encodeTlv } from "../../../smartcard/ber-tlv.ts";
import { encodeUtf8, toHex } from "../../../util/bytes.ts";
import { classTags, type ObjectClass } from "./object-tags.ts";

/** Names an object on the card. An identifier is an opaque string of 1 to 20 bytes, never a number. */
export type ObjectSelector = { readonly id: Uint8Array } | { readonly label: string };

export function encodeSelector(objectClass: ObjectClass, selector: ObjectSelector): Uint8Array {
  const tags = classTags[objectClass];
  return "id" in selector ? encodeTlv(tags.id, selector.id) : encodeTlv(tags.label, encodeUtf8(selector.label));
}

/** For messages: `private key 01` or `file "client"`. */
export function describeSelector(objectClass: ObjectClass, selector: ObjectSelector): string {
  const name = "id" in selector ? toHex(selector.id).toUpperCase() : `"${selector.label}"`;
  return `${objectClass.replace("-", " ")} ${name}`;
}
