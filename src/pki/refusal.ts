import type { CertificateRefusalCode } from "../credentials/ports/certificate-verifier.ts";
import { toHex } from "../util/bytes.ts";
import type { Certificate } from "./certificate.ts";

/** The rule that a certificate or a path broke. */
export interface Refusal {
  readonly code: CertificateRefusalCode;
  /** Names the certificate and the rule, with what was expected and what was found. */
  readonly message: string;
}

/** `problem` continues a sentence that begins with the certificate. */
export function refuse(certificate: Certificate, code: CertificateRefusalCode, problem: string): Refusal {
  return { code, message: `certificate "${certificate.subject.text}" ${problem}` };
}

/** Tells two certificates with one subject apart. */
export function serialText(certificate: Certificate): string {
  return toHex(certificate.serialNumber.subarray(0, 20));
}
