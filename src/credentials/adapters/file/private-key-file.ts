import { looksLikePem, type PemBlock, parsePem } from "../../../crypto/pem.ts";
import { PrivateKey, type PrivateKeyForm } from "../../../crypto/private-key.ts";
import { DerReader, DerTag } from "../../../pki/der.ts";
import { CodedError } from "../../../util/coded-error.ts";
import { FileCredentialError } from "./file-credential-error.ts";

/** The one private key in a file: PEM or DER, PKCS #8 or SEC 1, not encrypted. Throws FileCredentialError. */
export function readPrivateKeyFile(path: string, bytes: Uint8Array): PrivateKey {
  const { form, der } = looksLikePem(bytes) ? fromPem(path, bytes) : { form: formOfDer(path, bytes), der: bytes };
  try {
    return PrivateKey.fromDer(der, form);
  } catch (error) {
    // The message of a CodedError is ours; any other could quote the key.
    throw new FileCredentialError(path, error instanceof CodedError ? error.message : "not a usable private key");
  }
}

const forms: Readonly<Record<string, PrivateKeyForm>> = {
  "PRIVATE KEY": "pkcs8",
  "EC PRIVATE KEY": "sec1",
  "RSA PRIVATE KEY": "pkcs1",
};

function fromPem(path: string, bytes: Uint8Array): { readonly form: PrivateKeyForm; readonly der: Uint8Array } {
  const keys = pemBlocks(path, bytes).filter((block) => block.label.endsWith("PRIVATE KEY"));
  const [key] = keys;
  if (!key) throw new FileCredentialError(path, "no private key in this PEM file");
  if (keys.length > 1) throw new FileCredentialError(path, `${keys.length} private keys in this file, one expected`);
  if (key.label === "ENCRYPTED PRIVATE KEY") throw encrypted(path);
  const form = forms[key.label];
  if (!form) throw new FileCredentialError(path, `"${key.label}" is not a kind of private key that can be used`);
  return { form, der: key.content };
}

function pemBlocks(path: string, bytes: Uint8Array): readonly PemBlock[] {
  try {
    return parsePem(bytes);
  } catch (error) {
    throw new FileCredentialError(path, error instanceof CodedError ? error.message : "not readable as PEM");
  }
}

/** Told by what follows the first bytes: RFC 5958 §2 and §3, RFC 5915 §3, RFC 8017 §A.1.2. */
function formOfDer(path: string, bytes: Uint8Array): PrivateKeyForm {
  try {
    const file = new DerReader(bytes, "private key");
    const key = file.enter(DerTag.sequence);
    file.end();
    if (key.tag === DerTag.sequence) throw encrypted(path);
    key.take(DerTag.integer);
    if (key.tag === DerTag.sequence) return "pkcs8";
    return key.tag === DerTag.octetString ? "sec1" : "pkcs1";
  } catch (error) {
    if (error instanceof FileCredentialError) throw error;
    throw new FileCredentialError(path, "neither PEM nor a private key in DER");
  }
}

function encrypted(path: string): FileCredentialError {
  const advice = "decrypt it (openssl pkey -in FILE -out NEW) and protect the file by its permissions";
  return new FileCredentialError(path, `the private key is encrypted, which is not supported; ${advice}`);
}
