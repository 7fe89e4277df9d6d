import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate with its private key, both DER. */
export interface CertifiedKey {
  readonly certificate: Uint8Array;
  /** PKCS #8. */
  readonly privateKey: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

const serverAuth = "1.3.6.1.5.5.7.3.1";
const clientAuth = "1.3.6.1.5.5.7.3.2";
const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" };
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" };
const weekMs = 7 * 24 * 3600 * 1000;

/** A certification authority that lives as long as the sandbox; its certificates are valid for a week. */
export class SandboxCa {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  /** `of`: whose it is, in its name. */
  static async create(of = "sandbox"): Promise<SandboxCa> {
    x509.cryptoProvider.set(webcrypto);
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=lwm2m-safe ${of} CA`,
      ...validity(),
      keys,
      signingAlgorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new SandboxCa(keys, certificate);
  }

  /** The trust anchor. */
  get certificate(): Uint8Array {
    return new Uint8Array(this.#certificate.rawData);
  }

  get certificatePem(): string {
    return this.#certificate.toString("pem");
  }

  /** PKCS #8, to personalise a virtual SIM with. */
  async privateKeyPem(): Promise<string> {
    return x509.PemConverter.encode(await exported("pkcs8", this.#keys.privateKey), "PRIVATE KEY");
  }

  /** For a server on loopback: 127.0.0.1, ::1 and localhost. */
  issueServer(): Promise<CertifiedKey> {
    const names = new x509.SubjectAlternativeNameExtension([
      { type: "dns", value: "localhost" },
      { type: "ip", value: "127.0.0.1" },
      { type: "ip", value: "::1" },
    ]);
    return this.#issue("CN=lwm2m-safe sandbox server", serverAuth, [names]);
  }

  /** For a device: servers find its endpoint name in the common name. */
  issueDevice(endpoint: string): Promise<CertifiedKey> {
    return this.#issue([{ CN: [endpoint] }], clientAuth, []);
  }

  async #issue(subject: x509.JsonName | string, usage: string, more: x509.Extension[]): Promise<CertifiedKey> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: this.#certificate.subjectName,
      ...validity(),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
        ...more,
      ],
    });
    return {
      certificate: new Uint8Array(certificate.rawData),
      privateKey: await exported("pkcs8", keys.privateKey),
      publicKey: await exported("spki", keys.publicKey),
    };
  }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

async function exported(format: "pkcs8" | "spki", key: webcrypto.CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.exportKey(format, key));
}

/** From an hour ago: clocks of sandbox machines are rarely exact. */
function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + weekMs) };
}
