import { formatUtc } from "../../pki/calendar.ts";
import { type Certificate, parseCertificate } from "../../pki/certificate.ts";
import { parseCertificateRequest } from "../../pki/certificate-request.ts";
import { commonNames } from "../../pki/distinguished-name.ts";
import { PathValidator } from "../../pki/path-validator.ts";
import { equalBytes } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { WallClock } from "../../util/time.ts";
import { EstError } from "../est-error.ts";
import { sortCaCertificates } from "./ca-certificates.ts";

export interface IssuedChecks {
  readonly clock: WallClock;
  readonly skewMs?: number;
  /** A certificate that ends sooner than this from now is not worth having; 1 hour when absent. */
  readonly minimumLifeMs?: number;
  /** The EST server's set of CA certificates. None: the certificate itself is checked, its path is not. */
  readonly caCertificates?: readonly Uint8Array[];
  /** What to do when the CA wrote other names than were asked for; "warn" when absent, as many CAs do it by policy. */
  readonly otherNames?: "warn" | "refuse";
}

export interface IssuedChain {
  /** DER, leaf first, without the anchor: as it goes into a handshake. */
  readonly chain: readonly Uint8Array[];
  /** In words, what the CA wrote differently from the request. */
  readonly differences: readonly string[];
}

/**
 * Checks what came for a CSR before it is stored. The leaf is the one with the CSR's key, wherever it stands in the set.
 * Throws EstError "EST_CERTIFICATE_UNFIT" with the reason.
 */
export function checkIssued(answer: readonly Uint8Array[], csr: Uint8Array, checks: IssuedChecks): IssuedChain {
  const request = parseCertificateRequest(csr);
  const certificates = answer.map((der) => parsed(der));
  const leaf = certificates.find(({ publicKey }) => equalBytes(publicKey, request.publicKey));
  if (!leaf) throw unfit("none of what came is for the requested key");
  checkLife(leaf, checks);
  const differences = namesThatDiffer(leaf, request);
  if (checks.otherNames === "refuse" && differences.length > 0) throw unfit(differences.join("; "));
  const others = answer.filter((der) => !equalBytes(der, leaf.der));
  return { chain: pathOf(leaf, others, checks), differences };
}

function checkLife({ notAfter }: Certificate, { clock, minimumLifeMs = 3_600_000 }: IssuedChecks): void {
  if (!clock.trusted || notAfter > clock.now() + minimumLifeMs) return;
  throw unfit(`it ends too soon, at ${formatUtc(notAfter)}`);
}

function namesThatDiffer(
  leaf: Certificate,
  { name, extensions }: ReturnType<typeof parseCertificateRequest>,
): string[] {
  const differences: string[] = [];
  const missing = commonNames(name).filter((each) => !commonNames(leaf.subject).includes(each));
  if (missing.length > 0) differences.push(`its subject is "${leaf.subject.text}", asked for was "${name.text}"`);
  const asked = extensions.find(({ oid }) => oid === "2.5.29.17")?.value;
  if (asked && !equalBytes(asked, leaf.extensions.subjectAlternativeNameDer ?? new Uint8Array(0)))
    differences.push("its subject alternative name is not the requested one");
  return differences;
}

/** Validates as a server would: dates, digitalSignature, clientAuth and the rest (RFC 5280 §6.1). */
function pathOf(leaf: Certificate, others: readonly Uint8Array[], checks: IssuedChecks): readonly Uint8Array[] {
  const { caCertificates, clock, skewMs = 0 } = checks;
  if (!caCertificates) return [leaf.der, ...others];
  const { anchors, intermediates } = sortCaCertificates(caCertificates);
  const options = { anchors, clock, skewMs, allowUntrustedClock: true, peer: { role: "client" } } as const;
  const result = new PathValidator(options).validate([leaf.der, ...others, ...intermediates]);
  if (!result.path) throw unfit(result.refusal.message);
  return result.path.length === 1 ? [leaf.der] : result.path.slice(0, -1).map(({ der }) => der);
}

function parsed(der: Uint8Array): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    throw unfit(describeError(error));
  }
}

function unfit(problem: string): EstError {
  return new EstError("EST_CERTIFICATE_UNFIT", `the issued certificate is not taken: ${problem}`);
}
