import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { parseCertificate } from "../pki/certificate.ts";
import { isRequestSigned, parseCertificateRequest } from "../pki/certificate-request.ts";
import { toHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";

export interface EstAuthorityOptions {
  /** How long what it issues is valid; a week when absent. */
  readonly lifetimeMs?: number;
  /** Milliseconds since 1970; the system's clock when absent. */
  readonly now?: () => number;
}

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" };
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" };
const weekMs = 7 * 24 * 3600 * 1000;
const tenYearsMs = 520 * weekMs;
/** Clocks of sandbox machines are rarely exact. */
const leewayMs = 3_600_000;

/** A certification authority that signs certificate requests. Its root may be replaced by a new one, as roots are. */
export class EstAuthority {
  readonly #options: EstAuthorityOptions;
  #keys: webcrypto.CryptoKeyPair;
  #root: x509.X509Certificate;
  #links: readonly x509.X509Certificate[] = [];

  private constructor(options: EstAuthorityOptions, keys: webcrypto.CryptoKeyPair, root: x509.X509Certificate) {
    this.#options = options;
    this.#keys = keys;
    this.#root = root;
  }

  static async create(options: EstAuthorityOptions = {}): Promise<EstAuthority> {
    x509.cryptoProvider.set(webcrypto);
    const keys = await generateKeys();
    return new EstAuthority(options, keys, await makeRoot(keys, keys, timeOf(options)));
  }

  /** With the key of another authority: certificate (DER) and PKCS #8 in PEM. */
  static async of(
    certificate: Uint8Array,
    privateKeyPem: string,
    options: EstAuthorityOptions = {},
  ): Promise<EstAuthority> {
    x509.cryptoProvider.set(webcrypto);
    const root = new x509.X509Certificate(Uint8Array.from(certificate));
    const pkcs8 = x509.PemConverter.decodeFirst(privateKeyPem);
    const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, keyAlgorithm, true, ["sign"]);
    const publicKey = await webcrypto.subtle.importKey("spki", root.publicKey.rawData, keyAlgorithm, true, ["verify"]);
    return new EstAuthority(options, { privateKey, publicKey }, root);
  }

  /** DER: the root, and after a change of roots what links the old one and the new one (RFC 7030 §4.1.3). */
  get certificates(): readonly Uint8Array[] {
    return [this.#root, ...this.#links].map(bytesOf);
  }

  /** The present root, DER. */
  get root(): Uint8Array {
    return bytesOf(this.#root);
  }

  /** A new root. The old one stays in the set, with the links between both, until `retire`. */
  async replaceRoot(): Promise<void> {
    const [oldKeys, oldRoot, now] = [this.#keys, this.#root, timeOf(this.#options)];
    this.#keys = await generateKeys();
    this.#root = await makeRoot(this.#keys, this.#keys, now);
    const newWithOld = await makeRoot(this.#keys, oldKeys, now);
    const oldWithNew = await makeRoot(oldKeys, this.#keys, now);
    this.#links = [oldRoot, oldWithNew, newWithOld];
  }

  /** Ends the overlap. */
  retireOldRoot(): void {
    this.#links = [];
  }

  /** Signs a request with the subject and alternative name that it asks for. Throws CodedError "BAD_REQUEST", or DecodeError. */
  async issue(csr: Uint8Array): Promise<Uint8Array> {
    const request = parseCertificateRequest(csr);
    if (!isRequestSigned(request)) throw new CodedError("BAD_REQUEST", "the request is not signed by its own key");
    const names = request.extensions.filter(({ oid }) => oid === "2.5.29.17");
    return this.#sign(request.publicKey, new x509.Name(Uint8Array.from(request.subject).buffer), [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.2"]),
      ...names.map(({ oid, critical, value }) => new x509.Extension(oid, critical, Uint8Array.from(value).buffer)),
    ]);
  }

  async #sign(spki: Uint8Array, subject: x509.Name, extensions: x509.Extension[]): Promise<Uint8Array> {
    const now = timeOf(this.#options);
    const publicKey = new x509.PublicKey(Uint8Array.from(spki).buffer);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: toHex(webcrypto.getRandomValues(new Uint8Array(15))).replace(/^./, "4"),
      subject,
      issuer: this.#root.subjectName,
      notBefore: new Date(now - leewayMs),
      notAfter: new Date(now + (this.#options.lifetimeMs ?? weekMs)),
      publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm,
      extensions: [...extensions, await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey)],
    });
    return bytesOf(certificate);
  }
}

/** The name that the certificate of a peer has, to compare a re-enrolment with. */
export function subjectOf(certificate: Uint8Array): Uint8Array {
  return parseCertificate(certificate).subject.der;
}

/** A root, or with another signer a link between two. */
async function makeRoot(keys: webcrypto.CryptoKeyPair, signer: webcrypto.CryptoKeyPair, now: number) {
  return x509.X509CertificateGenerator.create({
    serialNumber: toHex(webcrypto.getRandomValues(new Uint8Array(15))).replace(/^./, "4"),
    subject: "CN=lwm2m-safe sandbox EST CA",
    issuer: "CN=lwm2m-safe sandbox EST CA",
    notBefore: new Date(now - leewayMs),
    notAfter: new Date(now + tenYearsMs),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
    ],
  });
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

function bytesOf(certificate: x509.X509Certificate): Uint8Array {
  return new Uint8Array(certificate.rawData);
}

function timeOf({ now = Date.now }: EstAuthorityOptions): number {
  return now();
}
