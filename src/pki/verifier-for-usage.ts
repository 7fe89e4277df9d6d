import type { CertificateVerifier, PeerVerdict } from "../credentials/ports/certificate-verifier.ts";
import { hashBytes } from "../crypto/hash.ts";
import { equalBytes } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import type { Certificate } from "./certificate.ts";
import { PathValidator, type PathValidatorOptions } from "./path-validator.ts";
import { type CertificatePin, PinnedCertificate } from "./pinned-certificate.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** Resource /0/x/15 (OMA LwM2M Core §6, after RFC 6698 §2.1.1). */
export const CertificateUsage = {
  caConstraint: 0,
  serviceCertificateConstraint: 1,
  trustAnchorAssertion: 2,
  domainIssued: 3,
} as const;
export type CertificateUsage = (typeof CertificateUsage)[keyof typeof CertificateUsage];

/** Resource /0/x/13; not RFC 6698's numbers, which have no SHA-384. */
export const MatchingType = { exact: 0, sha256: 1, sha384: 2, sha512: 3 } as const;
export type MatchingType = (typeof MatchingType)[keyof typeof MatchingType];

/** `anchors` is the device's own trust store; `peer` tells the name to look for. */
export interface UsageOptions extends Omit<PathValidatorOptions, "pathRule"> {
  /** Domain-issued when absent. */
  readonly usage?: CertificateUsage;
  /** Exact when absent. */
  readonly matchingType?: MatchingType;
  /** /0/x/4: a certificate (DER) or its digest. Empty: the trust store alone decides, and without one nobody is taken. */
  readonly association: Uint8Array;
}

/**
 * The judge of a server's certificate that Certificate Usage, Matching Type and Server Public Key describe. Throws
 * CodedError "BAD_CERTIFICATE_PIN" for a digest of the wrong length and "BAD_TRUST_ANCHOR" for an anchor that is no
 * certificate.
 */
export function verifierForUsage(options: UsageOptions): CertificateVerifier {
  const { usage = CertificateUsage.domainIssued, association } = options;
  if (association.length === 0) return new PathValidator(options);
  const pin = pinOf(options.matchingType ?? MatchingType.exact, association);
  const pinned = new PinnedCertificate(pin);
  switch (usage) {
    case CertificateUsage.caConstraint:
      return new PathValidator({ ...options, pathRule: (path) => caInPath(path, pin) });
    case CertificateUsage.serviceCertificateConstraint:
      return new PathValidator({ ...options, pathRule: (path) => leafOfPath(path, pin) });
    case CertificateUsage.trustAnchorAssertion:
      return pin.match === "exact"
        ? new PathValidator({ ...options, anchors: [pin.certificate] })
        : new AssertedAnchor(options, pin);
    case CertificateUsage.domainIssued:
      return pinned;
  }
}

/** The anchor is known by its digest: the server sends it along, or the trust store has it (RFC 7671 §5.2). */
class AssertedAnchor implements CertificateVerifier {
  readonly #options: PathValidatorOptions;
  readonly #pin: CertificatePin;

  constructor(options: PathValidatorOptions, pin: CertificatePin) {
    this.#options = options;
    this.#pin = pin;
  }

  async verify(chain: readonly Uint8Array[]): Promise<PeerVerdict> {
    const anchors = [...chain, ...this.#options.anchors].filter((der) => matches(this.#pin, der));
    if (anchors.length > 0) return validate({ ...this.#options, anchors: anchors.slice(0, 1) }, chain);
    const message =
      "the trust anchor that the server's account names by its digest is neither in the chain nor in the trust store";
    return { accepted: false, code: "untrusted", message };
  }
}

/** What the peer sent may be no certificate even where its digest matches. */
async function validate(options: PathValidatorOptions, chain: readonly Uint8Array[]): Promise<PeerVerdict> {
  try {
    return await new PathValidator(options).verify(chain);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { accepted: false, code: "malformed", message: error.message };
  }
}

function caInPath(path: readonly Certificate[], pin: CertificatePin): Refusal | undefined {
  const [leaf, ...issuers] = path;
  if (!leaf || issuers.some(({ der }) => matches(pin, der))) return undefined;
  return refuse(leaf, "pin-mismatch", "has a path without the CA that its server's account demands");
}

function leafOfPath([leaf]: readonly Certificate[], pin: CertificatePin): Refusal | undefined {
  if (!leaf || matches(pin, leaf.der)) return undefined;
  return refuse(leaf, "pin-mismatch", "is not the one that its server's account demands");
}

function pinOf(type: MatchingType, association: Uint8Array): CertificatePin {
  switch (type) {
    case MatchingType.exact:
      return { match: "exact", certificate: association };
    case MatchingType.sha256:
      return { match: "sha256", digest: association };
    case MatchingType.sha384:
      return { match: "sha384", digest: association };
    case MatchingType.sha512:
      return { match: "sha512", digest: association };
  }
}

function matches(pin: CertificatePin, der: Uint8Array): boolean {
  return pin.match === "exact" ? equalBytes(der, pin.certificate) : equalBytes(hashBytes(pin.match, der), pin.digest);
}
