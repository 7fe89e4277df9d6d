import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from "node:crypto";
import { toHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";

export interface CertificateRequest {
  readonly commonName: string;
  readonly ca?: { readonly certificate: string; readonly privateKey: string };
  /** The subject's keys, PEM; the private one signs when there is no CA. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serialNumber: Uint8Array;
}

/** A device's client certificate as PEM. Throws CodedError "BAD_CA" when the CA's files can't be used. */
export async function issueCertificate(request: CertificateRequest): Promise<string> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);
  const subject = new x509.Name([{ CN: [{ utf8String: request.commonName }] }]);
  const signer = signingKey(request.ca?.privateKey ?? request.privateKey);
  const issuer = issuerOf(x509, request.ca?.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(request.serialNumber),
    subject,
    issuer: issuer?.subjectName ?? subject,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: await subjectKey(request.publicKey),
    signingKey: await signer.key,
    signingAlgorithm: { name: "ECDSA", hash: signer.hash },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.2"]),
      await x509.SubjectKeyIdentifierExtension.create(await subjectKey(request.publicKey)),
      await x509.AuthorityKeyIdentifierExtension.create(await subjectKey(signer.publicKey)),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

type X509 = typeof import("@peculiar/x509");

function issuerOf(x509: X509, certificate: string | undefined) {
  if (certificate === undefined) return undefined;
  try {
    return new x509.X509Certificate(certificate);
  } catch (cause) {
    throw new CodedError("BAD_CA", "the CA's certificate can't be read: PEM expected", { cause });
  }
}

const curves = new Map([
  ["prime256v1", { namedCurve: "P-256", hash: "SHA-256" }],
  ["secp384r1", { namedCurve: "P-384", hash: "SHA-384" }],
]);

function signingKey(pem: string): { key: Promise<webcrypto.CryptoKey>; hash: string; publicKey: string } {
  const key = privateKey(pem);
  const curve = curves.get(key.asymmetricKeyDetails?.namedCurve ?? "");
  if (curve === undefined) throw new CodedError("BAD_CA", "the CA's key: a P-256 or P-384 key expected");
  const der = key.export({ format: "der", type: "pkcs8" });
  const { namedCurve, hash } = curve;
  return {
    key: webcrypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve }, false, ["sign"]),
    hash,
    publicKey: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
  };
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CodedError("BAD_CA", "the CA's key can't be read: PEM without a password expected");
  }
}

function subjectKey(pem: string): Promise<webcrypto.CryptoKey> {
  const key = createPublicKey(pem);
  const namedCurve = curves.get(key.asymmetricKeyDetails?.namedCurve ?? "")?.namedCurve ?? "P-256";
  const der = key.export({ format: "der", type: "spki" });
  return webcrypto.subtle.importKey("spki", der, { name: "ECDSA", namedCurve }, true, ["verify"]);
}

/** A positive INTEGER that keeps its length. */
function serialNumber(bytes: Uint8Array): string {
  const [first = 0, ...rest] = bytes;
  return toHex(Uint8Array.of((first & 0x3f) | 0x40, ...rest));
}
