import { equalBytes } from "../../../util/bytes.ts";
import type { CardObject } from "./object-list.ts";
import type { ObjectSelector } from "./object-selector.ts";

const secp256r1Types: readonly number[] = [0x13, 0x14];

/** The private keys that may sign with ECDSA on P-256 and SHA-256, as far as the card says; the wanted one when named. */
export function signingKeys(objects: readonly CardObject[], wanted?: ObjectSelector): readonly CardObject[] {
  const keys = objects.filter((object) => object.class === "private-key");
  if (wanted !== undefined) return keys.filter((key) => isNamed(key, wanted));
  return keys.filter(
    (key) =>
      isActivated(key) &&
      (key.keyType === undefined || secp256r1Types.includes(key.keyType)) &&
      hasBit(key.cryptographicFunctions, 0x01) &&
      hasBit(key.signatureAlgorithms, 0x04) &&
      hasBit(key.hashAlgorithms, 0x01),
  );
}

/** The readable files that hold a certificate, as far as the card says; the wanted one when named. */
export function certificateFiles(objects: readonly CardObject[], wanted?: ObjectSelector): readonly CardObject[] {
  const files = objects.filter((object) => object.class === "file");
  if (wanted !== undefined) return files.filter((file) => isNamed(file, wanted));
  return files.filter(
    (file) => isActivated(file) && hasBit(file.accessConditions, 0x01) && hasBit(file.fileUsage, 0x02),
  );
}

/** The one key and the one file there are, or the one pair of a key and a file with the same label. */
export function pairByLabel(
  keys: readonly CardObject[],
  files: readonly CardObject[],
): { readonly key: CardObject; readonly file: CardObject } | undefined {
  const pairs = keys.flatMap((key) =>
    files
      .filter(
        (file) => (keys.length === 1 && files.length === 1) || (key.label !== undefined && key.label === file.label),
      )
      .map((file) => ({ key, file })),
  );
  return pairs.length === 1 ? pairs[0] : undefined;
}

/** The public key object of a pair: the same label, else the same identifier. */
export function publicHalf(objects: readonly CardObject[], key: CardObject): CardObject | undefined {
  const publicKeys = objects.filter((object) => object.class === "public-key");
  const labelled = key.label === undefined ? undefined : publicKeys.find((object) => object.label === key.label);
  const { id } = key;
  return (
    labelled ?? publicKeys.find((object) => id !== undefined && object.id !== undefined && equalBytes(object.id, id))
  );
}

/** By identifier where there is one. */
export function selectorOf(object: CardObject): ObjectSelector {
  return object.id === undefined ? { label: object.label ?? "" } : { id: object.id };
}

function isNamed(object: CardObject, selector: ObjectSelector): boolean {
  if ("label" in selector) return object.label === selector.label;
  return object.id !== undefined && equalBytes(object.id, selector.id);
}

/** What a card does not say is no reason against an object. */
function hasBit(bits: number | undefined, bit: number): boolean {
  return bits === undefined || (bits & bit) !== 0;
}

function isActivated(object: CardObject): boolean {
  return object.state !== 0x00;
}
