import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { encodeUtf8 } from "../../src/util/bytes.ts";

x509.cryptoProvider.set(webcrypto);

/** One certificate with its key. `issuer` of another certificate takes it as it is. */
export interface IssuedCertificate {
  readonly certDer: Uint8Array;
  readonly keyPkcs8Der: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
}

export type KeyKind = "P-256" | "P-384" | "P-521" | "RSA-1024" | "RSA-2048";

/** What certificates are made of. Absent means: a sound certificate, valid from 2020 to 2049. */
export interface CertificateOptions {
  readonly cn?: string;
  /** A whole subject, for example "CN=a, O=b"; instead of `cn`. */
  readonly subject?: string;
  readonly issuer?: IssuedCertificate;
  /** A subject for the issuer field that differs from the issuer's own. */
  readonly issuerName?: string;
  readonly keyKind?: KeyKind;
  /** Keys to certify again (a cross certificate, a renewal). */
  readonly keys?: webcrypto.CryptoKeyPair;
  /** Signs with these instead of the issuer's: a bad signature. */
  readonly signingKeys?: webcrypto.CryptoKeyPair;
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly serialNumber?: string;
  readonly san?: readonly SubjectAlternativeName[];
  /** Basic constraints: the CA flag, or none of it. */
  readonly ca?: boolean | "absent";
  readonly pathLength?: number;
  readonly keyUsage?: x509.KeyUsageFlags | "absent";
  readonly eku?: readonly string[] | "absent";
  /** A public key that node:crypto's webcrypto cannot make; SubjectPublicKeyInfo, DER. */
  readonly foreignSpki?: Uint8Array;
  readonly keyIdentifiers?: boolean;
  readonly extensions?: readonly RawExtension[];
}

export type SubjectAlternativeName = { readonly dns: string } | { readonly ip: string } | { readonly dn: string };

export interface RawExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export const serverAuth = "1.3.6.1.5.5.7.3.1";
export const clientAuth = "1.3.6.1.5.5.7.3.2";
export const anyExtendedKeyUsage = "2.5.29.37.0";
export const { KeyUsageFlags } = x509;

/** A certification authority: self-signed without `issuer`, an intermediate with one. */
export function makeCa(options: CertificateOptions = {}): Promise<IssuedCertificate> {
  return makeCertificate({
    cn: options.issuer ? "Test Intermediate CA" : "Test Root CA",
    ca: true,
    keyUsage: KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
    ...options,
  });
}

/** A server's certificate unless `eku` says otherwise. Self-signed without `issuer`. */
export function makeLeaf(options: CertificateOptions = {}): Promise<IssuedCertificate> {
  const name = options.cn ?? "server.example";
  return makeCertificate({
    cn: name,
    ca: "absent",
    keyUsage: KeyUsageFlags.digitalSignature,
    eku: [serverAuth],
    san: [{ dns: name }],
    ...options,
  });
}

/** PEM text of certificates and keys, for files and foreign programs. */
export function toPem(label: "CERTIFICATE" | "PRIVATE KEY", ...ders: readonly Uint8Array[]): string {
  return ders.map((der) => `${x509.PemConverter.encode(toArrayBuffer(der), label)}\n`).join("");
}

export async function makeCertificate(options: CertificateOptions): Promise<IssuedCertificate> {
  const keys = options.keys ?? (await generateKeys(options.keyKind ?? "P-256"));
  const signingKeys = options.signingKeys ?? options.issuer?.keys ?? keys;
  const subject = options.subject ?? `CN=${options.cn ?? "Test"}`;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: options.serialNumber ?? nextSerialNumber(),
    subject,
    issuer: options.issuerName ?? options.issuer?.certificate.subject ?? subject,
    notBefore: new Date(options.notBefore ?? "2020-01-01T00:00:00Z"),
    notAfter: new Date(options.notAfter ?? "2049-12-31T23:59:59Z"),
    publicKey: options.foreignSpki ? new x509.PublicKey(toArrayBuffer(options.foreignSpki)) : keys.publicKey,
    signingKey: signingKeys.privateKey,
    signingAlgorithm: signingAlgorithm(signingKeys.privateKey, options.hash ?? "SHA-256"),
    extensions: await extensionsOf(options, keys.publicKey, (options.issuer?.keys ?? keys).publicKey),
  });
  return {
    certDer: new Uint8Array(certificate.rawData),
    keyPkcs8Der: new Uint8Array(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)),
    spki: new Uint8Array(await webcrypto.subtle.exportKey("spki", keys.publicKey)),
    keys,
    certificate,
  };
}

export async function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const parameters = kind.startsWith("RSA")
    ? {
        name: "RSASSA-PKCS1-v1_5",
        modulusLength: Number(kind.slice(4)),
        publicExponent: Uint8Array.of(1, 0, 1),
        hash: "SHA-256",
      }
    : { name: "ECDSA", namedCurve: kind };
  return (await webcrypto.subtle.generateKey(parameters, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

let serialNumber = 0x1000;

function nextSerialNumber(): string {
  serialNumber += 1;
  return serialNumber.toString(16).padStart(6, "0");
}

function signingAlgorithm(key: webcrypto.CryptoKey, hash: string): { name: string; hash: string } {
  return { name: key.algorithm.name, hash };
}

async function extensionsOf(
  options: CertificateOptions,
  subjectKey: webcrypto.CryptoKey,
  issuerKey: webcrypto.CryptoKey,
): Promise<x509.Extension[]> {
  const extensions: x509.Extension[] = [];
  if (options.ca !== undefined && options.ca !== "absent")
    extensions.push(new x509.BasicConstraintsExtension(options.ca, options.pathLength, true));
  if (options.keyUsage !== undefined && options.keyUsage !== "absent")
    extensions.push(new x509.KeyUsagesExtension(options.keyUsage, true));
  if (options.eku && options.eku !== "absent") extensions.push(new x509.ExtendedKeyUsageExtension([...options.eku]));
  if (options.san?.length) extensions.push(new x509.SubjectAlternativeNameExtension(options.san.map(generalName)));
  if (options.keyIdentifiers !== false) {
    extensions.push(await x509.SubjectKeyIdentifierExtension.create(subjectKey));
    extensions.push(await x509.AuthorityKeyIdentifierExtension.create(issuerKey));
  }
  for (const { oid, critical, value } of options.extensions ?? [])
    extensions.push(new x509.Extension(oid, critical, toArrayBuffer(value)));
  return extensions;
}

function generalName(name: SubjectAlternativeName): x509.JsonGeneralName {
  if ("dns" in name) return { type: "dns", value: name.dns };
  return "ip" in name ? { type: "ip", value: name.ip } : { type: "dn", value: name.dn };
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** An extension that nobody knows. */
export function unknownExtension(critical: boolean): RawExtension {
  return { oid: "1.3.6.1.4.1.99999.1", critical, value: encodeUtf8("\x04\x00") };
}
