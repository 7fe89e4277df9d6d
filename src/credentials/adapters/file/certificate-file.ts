import { looksLikePem, parsePem } from "../../../crypto/pem.ts";
import { type Certificate, parseCertificate } from "../../../pki/certificate.ts";
import { sameName } from "../../../pki/distinguished-name.ts";
import { describeError } from "../../../util/coded-error.ts";
import { FileCredentialError } from "./file-credential-error.ts";

/**
 * The certificates in a file, in order: PEM with one or more, or one in DER. Other PEM blocks are skipped, so that key
 * and chain may share a file. Throws FileCredentialError.
 */
export function readCertificateFile(path: string, bytes: Uint8Array): readonly Certificate[] {
  const ders = looksLikePem(bytes) ? certificatesOfPem(path, bytes) : [bytes];
  if (ders.length === 0) throw new FileCredentialError(path, "no certificate in this PEM file");
  return ders.map((der, i) => parse(path, der, i, ders.length));
}

/** Throws FileCredentialError unless each certificate is issued by the next: what a peer expects (RFC 5246 §7.4.2). */
export function checkChainOrder(path: string, chain: readonly Certificate[]): void {
  for (const [i, certificate] of chain.entries()) {
    const next = chain[i + 1];
    if (!next || sameName(certificate.issuer, next.subject)) continue;
    const order = `certificate ${i + 1} is issued by "${certificate.issuer.text}", certificate ${i + 2} is "${next.subject.text}"`;
    throw new FileCredentialError(path, `${order}; put the leaf first and each issuer after it`);
  }
}

function certificatesOfPem(path: string, bytes: Uint8Array): readonly Uint8Array[] {
  try {
    return parsePem(bytes)
      .filter((block) => block.label === "CERTIFICATE")
      .map((block) => block.content);
  } catch (cause) {
    throw new FileCredentialError(path, describeError(cause), { cause });
  }
}

function parse(path: string, der: Uint8Array, i: number, count: number): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    const which = count > 1 ? `certificate ${i + 1} of ${count}` : "the certificate";
    throw new FileCredentialError(path, `${which} cannot be read`, { cause });
  }
}
