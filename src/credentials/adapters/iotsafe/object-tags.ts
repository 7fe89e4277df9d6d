/** Tags of the GSMA IoT SAFE applet's data objects (IoT.05). */
export const Tag = {
  version: 0x10,
  uniqueAppletId: 0x11,
  fileSize: 0x20,
  fileUsage: 0x21,
  signature: 0x33,
  publicKey: 0x34,
  ellipticCurveKey: 0x49,
  objectState: 0x4a,
  keyType: 0x4b,
  keyUsage: 0x4e,
  accessConditions: 0x60,
  cryptographicFunctions: 0x61,
  keyAgreement: 0x6f,
  fileLabel: 0x73,
  privateKeyLabel: 0x74,
  publicKeyLabel: 0x75,
  secretKeyLabel: 0x76,
  fileId: 0x83,
  privateKeyId: 0x84,
  publicKeyId: 0x85,
  /** Inside 49 it is the uncompressed point, elsewhere a secret key's identifier. */
  secretKeyIdOrPoint: 0x86,
  /** Two applets name these two differently in the application information. */
  cryptographicFunctionsOfApplet: 0x90,
  keyAgreementOfApplet: 0x93,
  hashAlgorithms: 0x91,
  signatureAlgorithms: 0x92,
  keyDerivation: 0x94,
  finalHash: 0x9e,
  modeOfOperation: 0xa1,
  mostFiles: 0xb1,
  mostPrivateKeys: 0xb2,
  mostPublicKeys: 0xb3,
  mostSecretKeys: 0xb4,
  mostSessions: 0xb7,
  privateKeyEntry: 0xc1,
  publicKeyEntry: 0xc2,
  fileEntry: 0xc3,
  secretKeyEntry: 0xc4,
} as const;

export type ObjectClass = "file" | "private-key" | "public-key" | "secret-key";

export interface ClassTags {
  readonly label: number;
  readonly id: number;
  /** Wrapper of an entry, and P1 of GET DATA for one object. */
  readonly entry: number;
}

export const classTags: Readonly<Record<ObjectClass, ClassTags>> = {
  file: { label: Tag.fileLabel, id: Tag.fileId, entry: Tag.fileEntry },
  "private-key": { label: Tag.privateKeyLabel, id: Tag.privateKeyId, entry: Tag.privateKeyEntry },
  "public-key": { label: Tag.publicKeyLabel, id: Tag.publicKeyId, entry: Tag.publicKeyEntry },
  "secret-key": { label: Tag.secretKeyLabel, id: Tag.secretKeyIdOrPoint, entry: Tag.secretKeyEntry },
};

export const objectClasses: readonly ObjectClass[] = ["file", "private-key", "public-key", "secret-key"];
