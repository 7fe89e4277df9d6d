import { readTlv } from "../../../smartcard/ber-tlv.ts";
import { ByteReader, decodeUtf8 } from "../../../util/bytes.ts";
import { classTags, type ObjectClass, objectClasses, Tag } from "./object-tags.ts";
import { unsigned } from "./unsigned.ts";

/** One object of the applet. Bit sets as on the wire; a field is absent where the card left it out. */
export interface CardObject {
  readonly class: ObjectClass;
  readonly id?: Uint8Array;
  readonly label?: string;
  /** 01 may be read, 02 may be updated. */
  readonly accessConditions?: number;
  /** 00 deactivated, 01 activated. */
  readonly state?: number;
  /** 03 RSA 2048, 13 and 14 secp256r1, 23 and 24 brainpoolP256r1, A0 secret. */
  readonly keyType?: number;
  readonly keyUsage?: number;
  /** 01 signature, 02 key generation, 04 key agreement, 08 key derivation. */
  readonly cryptographicFunctions?: number;
  /** 04 ECDSA. */
  readonly signatureAlgorithms?: number;
  /** 0001 SHA-256. */
  readonly hashAlgorithms?: number;
  readonly keyAgreement?: number;
  readonly keyDerivation?: number;
  /** 01 general, 02 X.509 certificate. */
  readonly fileUsage?: number;
  readonly fileSize?: number;
}

/**
 * Parses the answer to GET DATA with P1 = 01 (all its pages joined) or C1 to C4. Cards wrap each object, or all objects of
 * a class, or nothing; wrappers only separate here, and an entry starts with a label or an identifier that the current
 * one has already. Throws DecodeError.
 */
export function parseObjects(bytes: Uint8Array): readonly CardObject[] {
  const entries = new EntryCollector();
  readEntries(bytes, entries, true);
  return entries.finish();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type NumberField = Exclude<keyof CardObject, "class" | "id" | "label">;

const numberFields: ReadonlyMap<number, NumberField> = new Map([
  [Tag.accessConditions, "accessConditions"],
  [Tag.objectState, "state"],
  [Tag.keyType, "keyType"],
  [Tag.keyUsage, "keyUsage"],
  [Tag.cryptographicFunctions, "cryptographicFunctions"],
  [Tag.signatureAlgorithms, "signatureAlgorithms"],
  [Tag.hashAlgorithms, "hashAlgorithms"],
  [Tag.keyAgreement, "keyAgreement"],
  [Tag.keyDerivation, "keyDerivation"],
  [Tag.fileUsage, "fileUsage"],
  [Tag.fileSize, "fileSize"],
]);

const wrappers: ReadonlySet<number> = new Set(objectClasses.map((each) => classTags[each].entry));

function readEntries(bytes: Uint8Array, entries: EntryCollector, wrappersAllowed: boolean): void {
  for (let rest = bytes; rest.length > 0; ) {
    const reader = new ByteReader(rest, "IoT SAFE object list");
    const { tag, value } = readTlv(reader);
    // A real card writes `92 02 04 91 02 00 07`: the length of 92 should be 1, and its second byte is the next tag.
    const swallowsNextTag = tag === Tag.signatureAlgorithms && value.length === 2 && value[1] === Tag.hashAlgorithms;
    if (wrappers.has(tag)) {
      if (!wrappersAllowed) reader.fail("a wrapper inside a wrapper");
      entries.separate();
      readEntries(value, entries, false);
      entries.separate();
    } else entries.add(tag, swallowsNextTag ? value.subarray(0, 1) : value, reader);
    rest = rest.subarray(swallowsNextTag ? reader.offset - 1 : reader.offset);
  }
}

class EntryCollector {
  readonly #entries: CardObject[] = [];
  #current: Mutable<CardObject> | undefined;

  separate(): void {
    this.#current = undefined;
  }

  finish(): readonly CardObject[] {
    return this.#entries;
  }

  add(tag: number, value: Uint8Array, reader: ByteReader): void {
    const labelled = objectClasses.find((each) => classTags[each].label === tag);
    const identified = objectClasses.find((each) => classTags[each].id === tag);
    const field = numberFields.get(tag);
    if (labelled !== undefined) this.#addLabel(labelled, decodeUtf8(value, "label of an object"));
    else if (identified !== undefined) this.#addId(identified, value.slice());
    else if (field !== undefined) this.#attributesOf(reader)[field] = unsigned(value, reader);
  }

  #addLabel(objectClass: ObjectClass, label: string): void {
    const current = this.#current;
    const onlyId = current?.class === objectClass && Object.keys(current).length === 2 && current.id !== undefined;
    const entry = onlyId ? current : this.#start(objectClass);
    entry.label = label;
  }

  #addId(objectClass: ObjectClass, id: Uint8Array): void {
    const current = this.#current;
    const belongs = current?.class === objectClass && current.id === undefined;
    const entry = belongs ? current : this.#start(objectClass);
    entry.id = id;
  }

  #start(objectClass: ObjectClass): Mutable<CardObject> {
    const entry: Mutable<CardObject> = { class: objectClass };
    this.#entries.push(entry);
    this.#current = entry;
    return entry;
  }

  #attributesOf(reader: ByteReader): Mutable<CardObject> {
    return this.#current ?? reader.fail("an attribute before any label or identifier");
  }
}
