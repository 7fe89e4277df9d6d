import { concatBytes, encodeUtf8, fromHex, toHex } from "../util/bytes.ts";
import { type FileObject, writeBootstrapFile } from "./bootstrap-file.ts";
import type { ProfileInput } from "./card/profile.ts";

/** How the DODF names the bootstrap file: object-identified, the same with the identifier wrapped twice, opaque. */
export type DirectoryShape = "identified" | "wrapped-twice" | "opaque";

type Pkcs15 = NonNullable<ProfileInput["pkcs15"]>;

export interface BootstrapCardOptions {
  readonly shape?: DirectoryShape;
  /** Size of the bootstrap file in bytes; padded with FF. */
  readonly fileSize?: number;
  /** Goes over the rest. */
  readonly more?: Partial<Omit<Pkcs15, "files">>;
}

/** Where the file is, as on the cards that have been seen. */
export const bootstrapFileId = 0x6432;

/** The PKCS #15 part of a SIM's profile with these accounts on it. */
export function bootstrapCard(objects: readonly FileObject[], options: BootstrapCardOptions = {}): Pkcs15 {
  const { shape = "identified", fileSize, more } = options;
  return {
    ...more,
    files: {
      "5031": { content: "A706300404026430", size: 32 },
      "6430": { content: toHex(directoryEntry(shape, bootstrapFileId)), size: 128 },
      "6432": { content: toHex(writeBootstrapFile(objects)), ...(fileSize !== undefined && { size: fileSize }) },
    },
  };
}

/** 2.23.43.9.1 */
const objectIdentifier = fromHex("672b0901");

/** A DODF entry (PKCS #15 v1.1 §6.9). */
export function directoryEntry(shape: DirectoryShape, file: number): Uint8Array {
  const none = der(0x30);
  const name = der(0x0c, encodeUtf8("LwM2M Bootstrap"));
  const path = der(0x30, der(0x04, Uint8Array.of(file >> 8, file & 0xff)));
  const identifier = der(0x06, objectIdentifier);
  if (shape === "opaque") return der(0x30, none, der(0x30, name, identifier), der(0xa1, path));
  const value = shape === "identified" ? identifier : der(0x06, identifier);
  return der(0xa1, none, der(0x30, name), der(0xa1, der(0x30, value, path)));
}

function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(content);
  return concatBytes([Uint8Array.of(tag, body.length), body]);
}
