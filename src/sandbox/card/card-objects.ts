import { equalBytes } from "../../util/bytes.ts";
import { Refusal, StatusWord } from "./status-word.ts";
import { Tag } from "./tags.ts";
import { atMostOne, type Tlv } from "./tlv.ts";

interface CardObject {
  id: Uint8Array;
  readonly label: Uint8Array | undefined;
  /** Bit 01: may be read; bit 02: may be updated. */
  readonly access: number;
  readonly state: number;
}

interface KeyAttributes {
  readonly type: number;
  readonly usage: number;
  readonly functions: number;
  readonly hashes: number;
  readonly signatures: number;
  readonly agreement: number;
}

/** The private half; an empty slot has no scalar (32 bytes). */
export interface PrivateKey extends CardObject, KeyAttributes {
  readonly kind: "private";
  readonly publicKey: PublicKey;
  scalar: Uint8Array | undefined;
}

/** `point` is uncompressed, 65 bytes; an empty slot has none. */
export interface PublicKey extends CardObject, KeyAttributes {
  readonly kind: "public";
  point: Uint8Array | undefined;
}

export interface CardFile extends CardObject {
  readonly kind: "file";
  readonly usage: number;
  readonly content: Uint8Array;
}

export interface SecretKey extends CardObject {
  readonly kind: "secret";
  readonly type: number;
  readonly functions: number;
  readonly derivation: number;
}

export type AnyObject = PrivateKey | PublicKey | CardFile | SecretKey;

/** Everything that the applet holds, in the order of the object list. */
export interface ObjectStore {
  readonly privateKeys: PrivateKey[];
  readonly publicKeys: PublicKey[];
  readonly files: CardFile[];
  readonly secretKeys: SecretKey[];
}

export const Access = { read: 1, update: 2 } as const;
export const KeyFunction = { sign: 1, generate: 2, agree: 4, derive: 8 } as const;
export const volatileTypes: readonly number[] = [0x14, 0x24];
export const p256Types: readonly number[] = [0x13, 0x14];

/** Tags by which a command names an object of a kind: identifier or label. */
export const selectorTags = {
  private: [Tag.privateKeyId, Tag.privateKeyLabel],
  public: [Tag.publicKeyId, Tag.publicKeyLabel],
  file: [Tag.fileId, Tag.fileLabel],
  secret: [Tag.secretKeyId, Tag.secretKeyLabel],
} as const;

/** The object that a command names by identifier or by label: 6A80 when named in no way or both, 6A82 when not there. */
export function select<Kind extends AnyObject>(
  objects: readonly Kind[],
  tlvs: readonly Tlv[],
  [idTag, labelTag]: readonly [number, number],
): Kind {
  const id = atMostOne(tlvs, idTag);
  const label = atMostOne(tlvs, labelTag);
  if ((id === undefined) === (label === undefined)) throw new Refusal(StatusWord.wrongData);
  const found = objects.find((object) => matches(object.id, id) || matches(object.label, label));
  if (found === undefined) throw new Refusal(StatusWord.notFound);
  return found;
}

function matches(have: Uint8Array | undefined, want: Uint8Array | undefined): boolean {
  return have !== undefined && want !== undefined && equalBytes(have, want);
}

/** Refuses with 6985 when the object is deactivated. */
export function requireActive(object: CardObject): void {
  if (object.state !== 1) throw new Refusal(StatusWord.conditionsNotMet);
}

/** Refuses with 6985 when the object's access conditions lack `bit`. */
export function requireAccess(object: CardObject, bit: number): void {
  requireActive(object);
  if ((object.access & bit) === 0) throw new Refusal(StatusWord.conditionsNotMet);
}

/** Refuses with 6985 when the key may not be used for `bit` (tag 61). */
export function requireFunction(key: PrivateKey | PublicKey, bit: number): void {
  requireActive(key);
  if ((key.functions & bit) === 0) throw new Refusal(StatusWord.conditionsNotMet);
}
