import { readLength, type Tlv } from "../../../smartcard/ber-tlv.ts";
import { ByteReader } from "../../../util/bytes.ts";
import { DecodeError } from "../../../util/coded-error.ts";
import { Tag } from "./object-tags.ts";
import { unsigned } from "./unsigned.ts";

/** What the applet says about itself. Bit sets as on the wire; a field is absent where the applet left it out. */
export interface ApplicationInformation {
  readonly version?: number;
  readonly uniqueAppletId?: Uint8Array;
  readonly mostFiles?: number;
  readonly mostPrivateKeys?: number;
  readonly mostPublicKeys?: number;
  readonly mostSecretKeys?: number;
  /** 01 signature, 02 key generation, 04 key agreement, 08 key derivation. */
  readonly cryptographicFunctions?: number;
  /** 0001 SHA-256, 0002 SHA-384, 0004 SHA-512. */
  readonly hashAlgorithms?: number;
  /** 01 RSA PKCS#1 v1.5, 02 RSA PSS, 04 ECDSA. */
  readonly signatureAlgorithms?: number;
  readonly keyAgreement?: number;
  readonly keyDerivation?: number;
  readonly mostSessions?: number;
}

/**
 * Parses the answer to GET DATA with P1 = 00. Some applets state the length of their identifier one too large; the stated
 * length is tried first. Throws DecodeError.
 */
export function parseApplicationInformation(bytes: Uint8Array): ApplicationInformation {
  try {
    return collect(bytes, 0);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return collect(bytes, 1);
  }
}

type NumberField = Exclude<keyof ApplicationInformation, "uniqueAppletId">;

const numberFields: ReadonlyMap<number, NumberField> = new Map([
  [Tag.version, "version"],
  [Tag.mostFiles, "mostFiles"],
  [Tag.mostPrivateKeys, "mostPrivateKeys"],
  [Tag.mostPublicKeys, "mostPublicKeys"],
  [Tag.mostSecretKeys, "mostSecretKeys"],
  [Tag.cryptographicFunctions, "cryptographicFunctions"],
  [Tag.cryptographicFunctionsOfApplet, "cryptographicFunctions"],
  [Tag.hashAlgorithms, "hashAlgorithms"],
  [Tag.signatureAlgorithms, "signatureAlgorithms"],
  [Tag.keyAgreement, "keyAgreement"],
  [Tag.keyAgreementOfApplet, "keyAgreement"],
  [Tag.keyDerivation, "keyDerivation"],
  [Tag.mostSessions, "mostSessions"],
]);

function collect(bytes: Uint8Array, idLengthExcess: number): ApplicationInformation {
  const reader = new ByteReader(bytes, "IoT SAFE application information");
  const numbers: Partial<Record<NumberField, number>> = {};
  let uniqueAppletId: Uint8Array | undefined;
  while (reader.remaining > 0) {
    const { tag, value } = readField(reader, idLengthExcess);
    const field = numberFields.get(tag);
    if (tag === Tag.uniqueAppletId) uniqueAppletId = value.slice();
    else if (field !== undefined) numbers[field] = unsigned(value, reader);
    // A stated length that is off by one shows in what follows: the next object has to be the number of files.
    const followed = bytes[reader.offset] === Tag.mostFiles || (reader.remaining === 0 && idLengthExcess === 0);
    if (tag === Tag.uniqueAppletId && !followed) reader.fail("tag B1 expected");
  }
  return uniqueAppletId === undefined ? numbers : { ...numbers, uniqueAppletId };
}

function readField(reader: ByteReader, idLengthExcess: number): Tlv {
  const tag = reader.uint8();
  const length = readLength(reader);
  return { tag, value: reader.bytes(tag === Tag.uniqueAppletId ? Math.max(0, length - idLengthExcess) : length) };
}
