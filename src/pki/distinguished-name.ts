import { toHex } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";
import { type DerElement, type DerReader, DerTag } from "./der.ts";
import { oidOf } from "./der-values.ts";

/** A Name (RFC 5280 §4.1.2.4). */
export interface DistinguishedName {
  readonly der: Uint8Array;
  readonly rdns: readonly RelativeDistinguishedName[];
  /** For messages: "CN=server.example, O=Example". */
  readonly text: string;
}

export interface RelativeDistinguishedName {
  readonly attributes: readonly NameAttribute[];
  /** Equal for two RDNs that RFC 5280 §7.1 calls the same. */
  readonly canonical: string;
}

export interface NameAttribute {
  readonly oid: string;
  readonly value: string;
}

const commonName = "2.5.4.3";
const emailAddress = "1.2.840.113549.1.9.1";
const labels: Readonly<Record<string, string>> = {
  [commonName]: "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  [emailAddress]: "emailAddress",
  "0.9.2342.19200300.100.1.25": "DC",
};

/** Throws DecodeError. */
export function readName(reader: DerReader): DistinguishedName {
  const element = reader.take(DerTag.sequence);
  const sequence = reader.inside(element);
  const rdns: RelativeDistinguishedName[] = [];
  while (!sequence.done) rdns.push(readRdn(sequence.enter(DerTag.set)));
  return { der: element.whole, rdns, text: nameText(rdns) };
}

export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.rdns.length === b.rdns.length && beginsWith(a, b);
}

/** Whether `name` lies in the subtree of `base`: directoryName constraints (RFC 5280 §4.2.1.10). */
export function beginsWith(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.rdns.every((rdn, i) => rdn.canonical === name.rdns[i]?.canonical);
}

export function commonNames(name: DistinguishedName): readonly string[] {
  return valuesOf(name, commonName);
}

export function emailAddresses(name: DistinguishedName): readonly string[] {
  return valuesOf(name, emailAddress);
}

function valuesOf(name: DistinguishedName, oid: string): readonly string[] {
  return name.rdns
    .flatMap((rdn) => rdn.attributes)
    .filter((attribute) => attribute.oid === oid)
    .map((attribute) => attribute.value);
}

function readRdn(set: DerReader): RelativeDistinguishedName {
  const attributes: (NameAttribute & { readonly canonical: string })[] = [];
  if (set.done) set.fail("empty relative distinguished name");
  while (!set.done) {
    const pair = set.enter(DerTag.sequence);
    const oid = oidOf(pair.take(DerTag.oid));
    const element = pair.next();
    pair.end();
    const text = textOf(element);
    // Values that are not text are the same only when their bytes are.
    attributes.push({
      oid,
      value: text ?? `#${toHex(element.whole)}`,
      canonical: canonicalAttribute(oid, element, text),
    });
  }
  return {
    attributes,
    canonical: attributes
      .map(({ canonical }) => canonical)
      .sort()
      .join("+"),
  };
}

function canonicalAttribute(oid: string, element: DerElement, text: string | undefined): string {
  const value = text?.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ");
  return JSON.stringify([oid, value ?? `#${toHex(element.whole)}`]);
}

/** A name may be as long as its certificate; a message shows its beginning. */
function nameText(rdns: readonly RelativeDistinguishedName[]): string {
  const shown = rdns.slice(0, maxShownRdns).map(rdnText).join(", ");
  return rdns.length > maxShownRdns ? `${shown}, ...` : shown || "(empty name)";
}

const maxShownRdns = 6;

function rdnText(rdn: RelativeDistinguishedName): string {
  return rdn.attributes.map(({ oid, value }) => `${labels[oid] ?? oid}=${printable(value)}`).join("+");
}

/** A peer's text must not write control characters, or a novel, into our log. */
export function printable(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}...` : text;
  return shown.replace(/\p{C}|[\u2028\u2029]/gu, "?");
}

const utf8String = 0x0c;
const latinStrings = [0x13, 0x14, 0x16];
const universalString = 0x1c;
const bmpString = 0x1e;

/** The text of a DirectoryString or IA5String; undefined for an element of another type. Throws DecodeError. */
export function textOf({ tag, content, offset }: DerElement): string | undefined {
  if (tag === utf8String) return decode("utf-8", content, offset);
  if (latinStrings.includes(tag)) return Array.from(content, (byte) => String.fromCharCode(byte)).join("");
  if (tag === bmpString) return decode("utf-16be", content, offset);
  return tag === universalString ? fromUtf32(content, offset) : undefined;
}

function decode(encoding: "utf-8" | "utf-16be", content: Uint8Array, offset: number): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw new DecodeError(`name is not ${encoding}`, offset, { cause });
  }
}

function fromUtf32(content: Uint8Array, offset: number): string {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let text = "";
  for (let at = 0; at < content.length; at += 4) {
    const point = at + 4 <= content.length ? view.getUint32(at) : 0x11_0000;
    if (point > 0x10_ffff) throw new DecodeError("name is not UTF-32", offset);
    text += String.fromCodePoint(point);
  }
  return text;
}
