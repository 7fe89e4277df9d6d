import type { CertificateVerifier, PeerVerdict } from "../credentials/ports/certificate-verifier.ts";
import { type HashName, hashBytes } from "../crypto/hash.ts";
import { equalBytes } from "../util/bytes.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import { parseCertificate } from "./certificate.ts";
import { refuse } from "./refusal.ts";

/** What the peer's certificate is compared with (RFC 6698 §2.1.3; LwM2M adds SHA-384). */
export type CertificatePin =
  | { readonly match: "exact"; readonly certificate: Uint8Array }
  | { readonly match: HashName; readonly digest: Uint8Array };

/**
 * Takes one certificate and no other: a domain-issued certificate (RFC 6698 §2.1.1, usage 3). The pin is the whole trust,
 * so path, name and dates are not looked at. What follows the first certificate of the chain is ignored.
 */
export class PinnedCertificate implements CertificateVerifier {
  readonly #pin: CertificatePin;

  /** Throws CodedError "BAD_CERTIFICATE_PIN" for a pin that cannot match anything. */
  constructor(pin: CertificatePin) {
    checkPin(pin);
    this.#pin = pin;
  }

  async verify(chain: readonly Uint8Array[]): Promise<PeerVerdict> {
    const [der] = chain;
    if (!der) return { accepted: false, code: "malformed", message: "the peer sent no certificate" };
    try {
      const certificate = parseCertificate(der);
      if (this.#matches(der)) return { accepted: true, publicKey: certificate.publicKey };
      return { accepted: false, ...refuse(certificate, "pin-mismatch", "is not the pinned one") };
    } catch (error) {
      const message = `the peer's certificate is malformed: ${describeError(error)}`;
      return { accepted: false, code: "malformed", message };
    }
  }

  #matches(der: Uint8Array): boolean {
    const pin = this.#pin;
    if (pin.match === "exact") return equalBytes(der, pin.certificate);
    return equalBytes(hashBytes(pin.match, der), pin.digest);
  }
}

const digestLengths = { sha256: 32, sha384: 48, sha512: 64 } as const;

function checkPin(pin: CertificatePin): void {
  if (pin.match === "exact") {
    if (pin.certificate.length === 0) throw badPin("the pinned certificate is empty");
  } else if (pin.digest.length !== digestLengths[pin.match]) {
    throw badPin(`${pin.match} digest of ${pin.digest.length} bytes, ${digestLengths[pin.match]} expected`);
  }
}

function badPin(problem: string): CodedError {
  return new CodedError("BAD_CERTIFICATE_PIN", `certificate pin: ${problem}`);
}
