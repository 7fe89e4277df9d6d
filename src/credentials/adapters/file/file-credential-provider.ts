import type { Certificate } from "../../../pki/certificate.ts";
import { encodeUtf8, equalBytes } from "../../../util/bytes.ts";
import { CodedError } from "../../../util/coded-error.ts";
import type { Credential, CredentialProvider } from "../../ports/credential.ts";
import type { FileReader } from "../../ports/file-reader.ts";
import { type CredentialUri, CredentialUriError, parameterChoice, parseCredentialUri } from "../credential-uri.ts";
import { checkChainOrder, readCertificateFile } from "./certificate-file.ts";
import { FileCredentialError } from "./file-credential-error.ts";
import { readIdentityFile, readPreSharedKeyFile } from "./pre-shared-key-file.ts";
import { readPrivateKeyFile } from "./private-key-file.ts";
import { SoftwarePreSharedKey } from "./software-pre-shared-key.ts";
import { SoftwareSigner } from "./software-signer.ts";

const parameters = ["cert", "identity", "identity-file", "format"];
/** No key and no chain comes near; whatever is larger was meant for something else. */
const maxFileLength = 256 * 1024;

/**
 * Credentials in files:
 *
 *     file:/path/key.pem?cert=/path/chain.pem             private key and certificate chain, PEM or DER
 *     file:/path/psk.hex?identity=NAME                    pre-shared key, hexadecimal
 *     file:/path/psk.bin?identity-file=/path&format=raw   pre-shared key as bytes, identity in a file
 */
export class FileCredentialProvider implements CredentialProvider {
  readonly #files: FileReader;

  constructor(files: FileReader) {
    this.#files = files;
  }

  /** Rejects with CredentialUriError, or with FileCredentialError that names the file. */
  async open(uri: string, signal: AbortSignal): Promise<Credential> {
    const parsed = parseCredentialUri(uri, parameters);
    if (parsed.scheme !== "file") throw new CredentialUriError(`"file:" expected, "${parsed.scheme}:" found`);
    const credential = await this.#open(parsed, localPath(parsed.path));
    if (signal.aborted)
      throw new CodedError("CANCELLED", "opening the credential was cancelled", { cause: signal.reason });
    return credential;
  }

  async close(): Promise<void> {}

  #open(uri: CredentialUri, path: string): Promise<Credential> {
    const certificates = uri.parameters.get("cert");
    const pskNames = ["identity", "identity-file"].filter((name) => uri.parameters.has(name));
    if (certificates !== undefined && pskNames.length === 0) return this.#openCertificate(uri, path, certificates);
    if (certificates === undefined && pskNames.length === 1) return this.#openPreSharedKey(uri, path);
    throw new CredentialUriError('file: needs one of "cert" (for a key), "identity" or "identity-file" (for a PSK)');
  }

  async #openCertificate(uri: CredentialUri, keyPath: string, certificatePath: string): Promise<Credential> {
    if (uri.parameters.has("format")) throw new CredentialUriError('"format" is for pre-shared keys');
    const path = localPath(certificatePath);
    const key = readPrivateKeyFile(keyPath, await this.#read(keyPath));
    const chain = readCertificateFile(path, await this.#read(path));
    checkChainOrder(path, chain);
    const signer = softwareSigner(keyPath, key);
    checkKeyMatches(keyPath, signer.publicKey, path, chain[0]);
    const ders = chain.map((certificate) => certificate.der);
    return { kind: "certificate", signer, certificates: { chain: async () => ders } };
  }

  async #openPreSharedKey(uri: CredentialUri, path: string): Promise<Credential> {
    const format = parameterChoice(uri, "format", ["hex", "raw"], "hex");
    const key = readPreSharedKeyFile(path, await this.#read(path), format);
    const identity = encodeUtf8(await this.#identity(uri));
    return { kind: "psk", preSharedKey: new SoftwarePreSharedKey(identity, key) };
  }

  async #identity(uri: CredentialUri): Promise<string> {
    const file = uri.parameters.get("identity-file");
    if (file === undefined) return uri.parameters.get("identity") ?? "";
    const path = localPath(file);
    return readIdentityFile(path, await this.#read(path));
  }

  async #read(path: string): Promise<Uint8Array> {
    const bytes = await this.#files.read(path).catch((cause: unknown) => {
      throw new FileCredentialError(path, "cannot be read", { cause });
    });
    if (bytes.length > maxFileLength) throw new FileCredentialError(path, `longer than ${maxFileLength} bytes`);
    return bytes;
  }
}

/** `///path` is a path with an empty authority before it (RFC 8089 §2); any other authority would be another host. */
function localPath(path: string): string {
  if (path === "") throw new CredentialUriError("file: needs a path");
  if (!path.startsWith("//")) return path;
  if (path.startsWith("///")) return path.slice(2);
  throw new CredentialUriError("file: is for files of this host (file:/path or file:///path)");
}

function softwareSigner(path: string, key: ReturnType<typeof readPrivateKeyFile>): SoftwareSigner {
  try {
    return new SoftwareSigner(key);
  } catch (error) {
    throw new FileCredentialError(path, error instanceof CodedError ? error.message : "not a usable private key");
  }
}

function checkKeyMatches(keyPath: string, publicKey: Uint8Array, path: string, leaf: Certificate | undefined): void {
  if (leaf && equalBytes(leaf.publicKey, publicKey)) return;
  const subject = leaf?.subject.text ?? "";
  throw new FileCredentialError(keyPath, `this private key is not the one of the certificate "${subject}" in ${path}`);
}
