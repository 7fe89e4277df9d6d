import { contextConstructed, contextPrimitive, type DerReader } from "./der.ts";
import { type DistinguishedName, readName } from "./distinguished-name.ts";

/** GeneralName (RFC 5280 §4.2.1.6). In name constraints `ip` is address and mask, and a name may be a suffix. */
export type GeneralName =
  | { readonly kind: "dns"; readonly name: string }
  | { readonly kind: "ip"; readonly bytes: Uint8Array }
  | { readonly kind: "directory"; readonly name: DistinguishedName }
  | { readonly kind: "email" | "uri"; readonly name: string }
  /** otherName, x400Address, ediPartyName, registeredID: known to be there, not understood. */
  | { readonly kind: "other"; readonly tag: number };

/** Throws DecodeError. */
export function readGeneralName(reader: DerReader): GeneralName {
  const element = reader.next();
  switch (element.tag) {
    case contextPrimitive(1):
      return { kind: "email", name: ia5(reader, element.content) };
    case contextPrimitive(2):
      return { kind: "dns", name: ia5(reader, element.content) };
    case contextPrimitive(6):
      return { kind: "uri", name: ia5(reader, element.content) };
    case contextPrimitive(7):
      return { kind: "ip", bytes: element.content };
    case contextConstructed(4): {
      const inner = reader.inside(element);
      const name = readName(inner);
      inner.end();
      return { kind: "directory", name };
    }
    case contextConstructed(0):
    case contextConstructed(3):
    case contextConstructed(5):
    case contextPrimitive(8):
      return { kind: "other", tag: element.tag };
    default:
      return reader.fail("no such general name");
  }
}

/** Refuses what no host name holds, a NUL above all: other software may see the name end there. */
function ia5(reader: DerReader, content: Uint8Array): string {
  if (content.some((byte) => byte < 0x20 || byte > 0x7e))
    reader.fail("name with a character that is not printable ASCII");
  return String.fromCharCode(...content.subarray(0, 4096));
}
