import { decodeUtf8, fromHex } from "../../../util/bytes.ts";
import { FileCredentialError } from "./file-credential-error.ts";

export type PreSharedKeyFormat = "hex" | "raw";

/** The lengths of a psk and of a psk_identity on the wire (RFC 4279 §2). */
const maxLength = 0xffff;

/** The key in a file: hexadecimal text, white space ignored, or the bytes themselves. Throws FileCredentialError. */
export function readPreSharedKeyFile(path: string, bytes: Uint8Array, format: PreSharedKeyFormat): Uint8Array {
  const key = format === "raw" ? bytes : fromHexText(path, bytes);
  if (key.length === 0) throw new FileCredentialError(path, "the pre-shared key is empty");
  if (key.length > maxLength)
    throw new FileCredentialError(path, `the pre-shared key is longer than ${maxLength} bytes`);
  return key;
}

/** The identity in a file: UTF-8 text (RFC 4279 §5.1), one line break at its end ignored. Throws FileCredentialError. */
export function readIdentityFile(path: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = decodeUtf8(bytes, "identity").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new FileCredentialError(path, "the identity is not UTF-8", { cause });
  }
  if (text === "") throw new FileCredentialError(path, "the identity is empty");
  if (bytes.length > maxLength) throw new FileCredentialError(path, `the identity is longer than ${maxLength} bytes`);
  return text;
}

/** Without a cause: it would tell at which digit the key ends or goes wrong. */
function fromHexText(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return fromHex(decodeUtf8(bytes, "pre-shared key").replace(/\s+/g, ""));
  } catch {
    throw new FileCredentialError(
      path,
      "the pre-shared key is not hexadecimal text (for bytes as they are: format=raw)",
    );
  }
}
