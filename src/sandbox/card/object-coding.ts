import { concatBytes } from "../../util/bytes.ts";
import type { AnyObject, CardFile, PrivateKey, PublicKey, SecretKey } from "./card-objects.ts";
import type { Settings } from "./settings.ts";
import { Tag } from "./tags.ts";
import { tlv } from "./tlv.ts";

/** The attributes of one object as GET DATA gives them, without a wrapper. */
export function encodeEntry(object: AnyObject, settings: Settings): Uint8Array {
  switch (object.kind) {
    case "private":
      return concatBytes([...head(object, Tag.privateKeyLabel, Tag.privateKeyId), ...keyAttributes(object, settings)]);
    case "public":
      return concatBytes([...head(object, Tag.publicKeyLabel, Tag.publicKeyId), ...keyAttributes(object, settings)]);
    case "file":
      return concatBytes([...head(object, Tag.fileLabel, Tag.fileId), ...fileAttributes(object)]);
    case "secret":
      return concatBytes([...head(object, Tag.secretKeyLabel, Tag.secretKeyId), ...secretAttributes(object)]);
  }
}

const wrappers = {
  private: Tag.privateKeyEntry,
  public: Tag.publicKeyEntry,
  file: Tag.fileEntry,
  secret: Tag.secretKeyEntry,
} as const;

export function wrap(kind: AnyObject["kind"], entries: Uint8Array): Uint8Array {
  return tlv(wrappers[kind], entries);
}

/** A run of objects in the shape that the settings ask for. */
export function encodeList(objects: readonly AnyObject[], settings: Settings): Uint8Array {
  if (settings.objectList === "wrapper-per-class") return wrapperPerClass(objects, settings);
  const entries = objects.map((object) => {
    const entry = encodeEntry(object, settings);
    return settings.objectList === "bare" ? entry : wrap(object.kind, entry);
  });
  return concatBytes(entries);
}

function wrapperPerClass(objects: readonly AnyObject[], settings: Settings): Uint8Array {
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  const classes = kinds.map((kind) => {
    const entries = objects.filter((object) => object.kind === kind).map((object) => encodeEntry(object, settings));
    return wrap(kind, concatBytes(entries));
  });
  return concatBytes(classes);
}

function head(object: AnyObject, labelTag: number, idTag: number): Uint8Array[] {
  const label = object.label === undefined ? [] : [tlv(labelTag, object.label)];
  return [...label, tlv(idTag, object.id), tlv(Tag.access, object.access), tlv(Tag.state, object.state)];
}

function keyAttributes(key: PrivateKey | PublicKey, settings: Settings): Uint8Array[] {
  const algorithms = tlv(Tag.signatures, key.signatures);
  // One real card announces two bytes here and sends one.
  if (settings.signatureAlgorithmLength === "malformed") algorithms[1] = 2;
  return [
    tlv(Tag.keyType, key.type),
    tlv(Tag.keyUsage, key.usage),
    tlv(Tag.functions, key.functions),
    algorithms,
    tlv(Tag.hashes, twoBytes(key.hashes)),
    tlv(Tag.agreement, key.agreement),
  ];
}

function fileAttributes(file: CardFile): Uint8Array[] {
  return [tlv(Tag.fileUsage, file.usage), tlv(Tag.fileSize, twoBytes(file.content.length))];
}

function secretAttributes(secret: SecretKey): Uint8Array[] {
  return [tlv(Tag.keyType, secret.type), tlv(Tag.functions, secret.functions), tlv(Tag.derivation, secret.derivation)];
}

export function twoBytes(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** `34 45 49 43 86 41 04 X Y`, or the bare point. */
export function encodePublicKey(point: Uint8Array, settings: Settings): Uint8Array {
  if (settings.publicKeyForm === "bare-point") return point;
  return tlv(Tag.publicKeyTemplate, tlv(Tag.ecPublicKey, tlv(Tag.point, point)));
}
