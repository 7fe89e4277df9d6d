import { verifyWithAlgorithm } from "../crypto/verify.ts";
import { toHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import type { WallClock } from "../util/time.ts";
import { formatUtc } from "./calendar.ts";
import type { Certificate } from "./certificate.ts";
import { type CertificateRevocationList, parseCrl } from "./crl.ts";
import { sameName } from "./distinguished-name.ts";
import { KeyUsage } from "./extensions.ts";
import type { PathRules } from "./path-rules.ts";
import { findAlgorithm } from "./signature-algorithm.ts";

export interface RevocationOptions {
  /** DER. */
  readonly crls: readonly Uint8Array[];
  readonly clock: WallClock;
  readonly skewMs?: number;
  /**
   * What a certificate without a list that can be relied on is: refused ("hard-fail"), or taken for good ("soft-fail").
   * An offline device that cannot fetch lists would lock itself out with the former, hence configuration decides.
   */
  readonly missing: "hard-fail" | "soft-fail";
}

/**
 * Revocation by lists that the configuration brings (RFC 5280 §6.3 without distribution points, deltas and indirect
 * lists: those are not relied on). A list counts when the certificate's issuer has signed it, with the key that signed
 * the certificate or with another one of its own in the same path: a CA that changes keys signs one list for both.
 */
export class RevocationLists {
  readonly #lists: readonly CertificateRevocationList[];
  readonly #options: RevocationOptions;

  /** Throws CodedError "BAD_CRL" when one cannot be read. */
  constructor(options: RevocationOptions) {
    this.#options = options;
    this.#lists = options.crls.map(parse);
  }

  /** Why a certificate is refused; undefined when it is not. For PathRules. */
  readonly revoked: NonNullable<PathRules["revoked"]> = (certificate, issuer, path) => {
    const signers = [issuer, ...path.filter((each) => each !== issuer && sameName(each.subject, issuer.subject))];
    const named = this.#lists.filter((list) => sameName(list.issuer, issuer.subject) && speaksOf(list, certificate));
    const problems: string[] = [];
    let known = false;
    for (const list of named) {
      const problem = this.#unusable(list, signers);
      const date = list.revoked.get(toHex(certificate.serialNumber));
      // A list that is merely old still tells of what was revoked by then.
      if (date !== undefined && (problem === undefined || problem.outdated)) return `was revoked at ${formatUtc(date)}`;
      if (problem) problems.push(problem.text);
      else known = true;
    }
    if (known || this.#options.missing === "soft-fail") return undefined;
    const why = problems.length > 0 ? problems.join("; ") : `there is no list by "${issuer.subject.text}" for it`;
    return `cannot be told from a revoked one: ${why}`;
  };

  #unusable(list: CertificateRevocationList, issuers: readonly Certificate[]): Problem | undefined {
    const signers = issuers.filter(maySignLists);
    const [extension] = list.unknownCritical;
    if (signers.length === 0) return unusable("its issuer's key usage has no cRLSign");
    const algorithm = findAlgorithm(list.signatureAlgorithm);
    if (!algorithm) return unusable("its list is signed with an algorithm that is not accepted");
    if (!signers.some(({ publicKey }) => verifyWithAlgorithm(publicKey, algorithm, list.tbs, list.signature)))
      return unusable("its list is not signed by its issuer's key");
    if (extension !== undefined) return unusable(`its list has the critical extension ${extension}, not understood`);
    return this.#outdated(list);
  }

  #outdated({ thisUpdate, nextUpdate }: CertificateRevocationList): Problem | undefined {
    const { clock, skewMs = 0 } = this.#options;
    if (!clock.trusted) return undefined;
    const now = clock.now();
    if (!(thisUpdate <= now + skewMs)) return unusable(`its list is from the future, ${formatUtc(thisUpdate)}`);
    if (nextUpdate === undefined) return { text: "its list has no end (nextUpdate)", outdated: true };
    if (now <= nextUpdate + skewMs) return undefined;
    return { text: `its list ended at ${formatUtc(nextUpdate)}`, outdated: true };
  }
}

function speaksOf({ scope }: CertificateRevocationList, { extensions }: Certificate): boolean {
  return scope === "all" || (scope === "ca") === (extensions.basicConstraints?.ca ?? false);
}

/** Why a list does not clear a certificate. */
interface Problem {
  readonly text: string;
  /** The list is genuine and old: what it calls revoked still is. */
  readonly outdated: boolean;
}

function maySignLists({ extensions: { keyUsage } }: Certificate): boolean {
  return !keyUsage || keyUsage.has(KeyUsage.cRLSign);
}

function unusable(text: string): Problem {
  return { text, outdated: false };
}

function parse(der: Uint8Array, i: number): CertificateRevocationList {
  try {
    return parseCrl(der);
  } catch (cause) {
    throw new CodedError("BAD_CRL", `revocation list ${i + 1} is not a CRL in DER`, { cause });
  }
}
