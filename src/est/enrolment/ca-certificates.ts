import { type Certificate, parseCertificate } from "../../pki/certificate.ts";
import { sameName } from "../../pki/distinguished-name.ts";
import { PathValidator, type PathValidatorOptions } from "../../pki/path-validator.ts";
import { signedBy } from "../../pki/signature-algorithm.ts";
import { equalBytes } from "../../util/bytes.ts";
import type { WallClock } from "../../util/time.ts";
import { EstError } from "../est-error.ts";

/** A set of CA certificates (DER) by their roles: the self-signed ones are believed, the others help to find paths. */
export interface CaCertificates {
  readonly anchors: readonly Uint8Array[];
  /** OldWithNew, NewWithOld and issuing CAs (RFC 4210 §4.4, RFC 7030 §4.1.3). */
  readonly intermediates: readonly Uint8Array[];
}

/** Throws DecodeError. */
export function sortCaCertificates(set: readonly Uint8Array[]): CaCertificates {
  const unique = set.filter((der, i) => set.findIndex((other) => equalBytes(other, der)) === i);
  const isAnchor = unique.map((der) => isSelfSigned(parseCertificate(der)));
  return { anchors: unique.filter((_, i) => isAnchor[i]), intermediates: unique.filter((_, i) => !isAnchor[i]) };
}

export interface CaSetChecks {
  readonly clock: WallClock;
  readonly skewMs?: number;
  /** The chain that the EST server showed in this session, and the name it is known by. Absent: not checked. */
  readonly server?: { readonly chain: readonly Uint8Array[]; readonly name: string };
  /** The own certificate in use, where it is valid. */
  readonly own?: readonly Uint8Array[];
}

/**
 * Takes a new set only when nobody is locked out by it: it holds an anchor, and validates the server of this session and
 * the certificate in use. Throws EstError "EST_CERTIFICATE_UNFIT" with the reason; the former set is then kept.
 */
export async function acceptCaCertificates(set: readonly Uint8Array[], checks: CaSetChecks): Promise<CaCertificates> {
  const sorted = sortCaCertificates(set);
  if (sorted.anchors.length === 0) throw unfit("it has no self-signed certificate to begin with");
  const { server, own, clock, skewMs = 0 } = checks;
  const common = { anchors: sorted.anchors, clock, skewMs, allowUntrustedClock: true };
  if (server) {
    const options = { ...common, peer: { role: "server", name: server.name } } as const;
    await demandPath(server.chain, sorted, options, "the server of this very session");
  }
  if (own) await demandPath(own, sorted, { ...common, peer: { role: "client" } }, "the certificate in use");
  return sorted;
}

async function demandPath(
  chain: readonly Uint8Array[],
  { intermediates }: CaCertificates,
  options: PathValidatorOptions,
  whose: string,
): Promise<void> {
  const verdict = await new PathValidator(options).verify([...chain, ...intermediates]);
  if (!verdict.accepted) throw unfit(`it does not vouch for ${whose}: ${verdict.message}`);
}

function isSelfSigned(certificate: Certificate): boolean {
  return sameName(certificate.subject, certificate.issuer) && signedBy(certificate, certificate);
}

function unfit(problem: string): EstError {
  return new EstError("EST_CERTIFICATE_UNFIT", `the EST server's set of CA certificates is not taken: ${problem}`);
}
