import { contextConstructed, contextPrimitive, type DerElement, DerReader, DerTag } from "./der.ts";
import { booleanOf, namedBits, oidOf, smallInteger } from "./der-values.ts";
import { type GeneralName, readGeneralName } from "./general-name.ts";

/** The extensions that decide on a path (RFC 5280 §4.2.1). Absent ones are undefined. */
export interface Extensions {
  readonly basicConstraints?: BasicConstraints;
  readonly keyUsage?: ReadonlySet<number>;
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAlternativeName?: readonly GeneralName[];
  /** The same as it was written. */
  readonly subjectAlternativeNameDer?: Uint8Array;
  readonly nameConstraints?: NameConstraints;
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** Critical ones that we do not process, as OIDs: whoever meets them must refuse. */
  readonly unknownCritical: readonly string[];
}

export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** Bits of KeyUsage. */
export const KeyUsage = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type ExtensionReader = (extensions: Mutable<Extensions>, value: DerReader) => void;

/**
 * Policies are read by nobody here: with any policy acceptable they cannot make a path bad (RFC 5280 §6.1.1), so even a
 * critical certificatePolicies is let pass; policyConstraints, inhibitAnyPolicy and policyMappings could, and are not.
 */
const certificatePolicies = "2.5.29.32";

const readers: Readonly<Record<string, ExtensionReader>> = {
  "2.5.29.14": (extensions, value) => {
    extensions.subjectKeyIdentifier = value.take(DerTag.octetString).content;
  },
  "2.5.29.15": (extensions, value) => {
    extensions.keyUsage = namedBits(value.take(DerTag.bitString));
  },
  "2.5.29.17": (extensions, value) => {
    const names = value.take(DerTag.sequence);
    extensions.subjectAlternativeName = atLeastOne(value.inside(names), readAlternativeName);
    extensions.subjectAlternativeNameDer = names.whole;
  },
  "2.5.29.19": (extensions, value) => {
    extensions.basicConstraints = readBasicConstraints(value.enter(DerTag.sequence));
  },
  "2.5.29.30": (extensions, value) => {
    extensions.nameConstraints = readNameConstraints(value.enter(DerTag.sequence));
  },
  "2.5.29.35": (extensions, value) => {
    const identifier = readAuthorityKeyIdentifier(value.enter(DerTag.sequence));
    if (identifier) extensions.authorityKeyIdentifier = identifier;
  },
  "2.5.29.37": (extensions, value) => {
    extensions.extendedKeyUsage = atLeastOne(value.enter(DerTag.sequence), (list) => oidOf(list.take(DerTag.oid)));
  },
};

/** `list`: inside the SEQUENCE OF Extension. Throws DecodeError, also for an extension that is there twice. */
export function readExtensions(list: DerReader): Extensions {
  const extensions: Mutable<Extensions> = { unknownCritical: [] };
  const seen = new Set<string>();
  for (const { oid, critical, value } of atLeastOne(list, readExtension)) {
    if (seen.has(oid)) list.fail(`extension ${oid} is there twice`);
    seen.add(oid);
    const read = Object.hasOwn(readers, oid) ? readers[oid] : undefined;
    if (read) readValue(extensions, read, oid, value);
    else if (critical && oid !== certificatePolicies) extensions.unknownCritical = [...extensions.unknownCritical, oid];
  }
  return extensions;
}

function readValue(extensions: Mutable<Extensions>, read: ExtensionReader, oid: string, value: DerElement): void {
  const header = value.whole.length - value.content.length;
  const reader = new DerReader(value.content, `extension ${oid}`, value.offset + header);
  read(extensions, reader);
  reader.end();
}

function readExtension(list: DerReader): { oid: string; critical: boolean; value: DerElement } {
  const extension = list.enter(DerTag.sequence);
  const oid = oidOf(extension.take(DerTag.oid));
  const critical = readDefaultFalse(extension);
  const value = extension.take(DerTag.octetString);
  extension.end();
  return { oid, critical, value };
}

/** DER leaves a default out, yet many CAs write FALSE; its meaning is not in doubt, so it is let pass. */
function readDefaultFalse(reader: DerReader): boolean {
  const element = reader.optional(DerTag.boolean);
  return element !== undefined && booleanOf(element);
}

function readBasicConstraints(sequence: DerReader): BasicConstraints {
  const ca = readDefaultFalse(sequence);
  const length = sequence.optional(DerTag.integer);
  sequence.end();
  if (length === undefined) return { ca };
  return ca ? { ca, pathLength: smallInteger(length) } : sequence.fail("path length without CA flag");
}

function readAlternativeName(list: DerReader): GeneralName {
  const name = readGeneralName(list);
  if (name.kind === "ip" && name.bytes.length !== 4 && name.bytes.length !== 16)
    list.fail("iPAddress of neither 4 nor 16 bytes");
  return name;
}

function readAuthorityKeyIdentifier(sequence: DerReader): Uint8Array | undefined {
  const identifier = sequence.optional(contextPrimitive(0));
  sequence.optional(contextConstructed(1));
  sequence.optional(contextPrimitive(2));
  sequence.end();
  return identifier?.content;
}

function readNameConstraints(sequence: DerReader): NameConstraints {
  const permitted = sequence.optional(contextConstructed(0));
  const excluded = sequence.optional(contextConstructed(1));
  sequence.end();
  if (!permitted && !excluded) sequence.fail("empty name constraints");
  return {
    permitted: permitted ? atLeastOne(sequence.inside(permitted), readSubtree) : [],
    excluded: excluded ? atLeastOne(sequence.inside(excluded), readSubtree) : [],
  };
}

/** RFC 5280 §4.2.1.10 leaves minimum at its default and maximum out: anything after the base is refused. */
function readSubtree(list: DerReader): GeneralName {
  const subtree = list.enter(DerTag.sequence);
  const base = readGeneralName(subtree);
  subtree.end();
  if (base.kind === "ip" && !isAddressWithMask(base.bytes))
    subtree.fail("iPAddress constraint is not address and mask");
  return base;
}

function isAddressWithMask(bytes: Uint8Array): boolean {
  if (bytes.length !== 8 && bytes.length !== 32) return false;
  const bits = Array.from(bytes.subarray(bytes.length / 2), (byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits);
}

function atLeastOne<T>(list: DerReader, read: (list: DerReader) => T): readonly T[] {
  const values: T[] = [];
  if (list.done) list.fail("empty list");
  while (!list.done) values.push(read(list));
  return values;
}
