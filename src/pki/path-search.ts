import { equalBytes } from "../util/bytes.ts";
import type { Certificate } from "./certificate.ts";
import { sameName } from "./distinguished-name.ts";
import { brokenPathRule, isSelfIssued, type PathRules } from "./path-rules.ts";
import { type Refusal, refuse, serialText } from "./refusal.ts";
import { signedBy, weakSignature } from "./signature-algorithm.ts";

export interface PathLimits {
  /** Certificates between leaf and anchor. */
  readonly maxIntermediates: number;
  /** Signatures that one search may verify: many certificates of one name would else make it exponential. */
  readonly maxSignatures: number;
}

export type PathResult =
  /** From leaf to anchor. */
  { readonly path: readonly Certificate[] } | { readonly path?: undefined; readonly refusal: Refusal };

/**
 * Looks for a path from the leaf to an anchor that keeps all rules, trying every issuer of the right name
 * (RFC 4158 §2). When there is none, the refusal is that of the attempt that came farthest.
 */
export function findPath(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly Certificate[],
  rules: PathRules,
  limits: PathLimits,
): PathResult {
  return new PathSearch(intermediates, anchors, rules, limits).run(leaf);
}

/** How far an attempt came. */
const Progress = { nowhere: 0, limit: 1, signature: 2, anchor: 3 } as const;
type Progress = (typeof Progress)[keyof typeof Progress];

class PathSearch {
  readonly #intermediates: readonly Certificate[];
  readonly #anchors: readonly Certificate[];
  readonly #rules: PathRules;
  readonly #limits: PathLimits;
  #signaturesLeft: number;
  #best: { readonly progress: Progress; readonly refusal: Refusal } | undefined;

  constructor(
    intermediates: readonly Certificate[],
    anchors: readonly Certificate[],
    rules: PathRules,
    limits: PathLimits,
  ) {
    // A peer may send the anchor along; once is enough.
    this.#intermediates = intermediates.filter((each) => !anchors.some((anchor) => sameCertificate(anchor, each)));
    this.#anchors = anchors;
    this.#rules = rules;
    this.#limits = limits;
    this.#signaturesLeft = limits.maxSignatures;
  }

  run(leaf: Certificate): PathResult {
    const path = this.#extend([leaf], leaf);
    if (path) return { path };
    return { refusal: this.#best?.refusal ?? refuse(leaf, "untrusted", "leads to no trust anchor") };
  }

  /** Depth first; `tip` is the last of `path`. */
  #extend(path: readonly Certificate[], tip: Certificate): readonly Certificate[] | undefined {
    if (this.#anchors.some((anchor) => sameCertificate(anchor, tip))) {
      const refusal = brokenPathRule(path, this.#rules);
      if (!refusal) return path;
      this.#failed(Progress.anchor, refusal);
    }
    const issuers = this.#issuersOf(tip).filter((issuer) => !path.some((each) => sameCertificate(each, issuer)));
    if (issuers.length === 0) this.#failed(Progress.nowhere, this.#untrusted(tip));
    for (const issuer of issuers) {
      const found = this.#link(tip, issuer, path) && this.#extend([...path, issuer], issuer);
      if (found) return found;
    }
    return undefined;
  }

  /** Whether `issuer` did sign `tip`, as far as the limits let us find out. */
  #link(tip: Certificate, issuer: Certificate, path: readonly Certificate[]): boolean {
    // The path would hold the leaf, the allowed intermediates and the anchor.
    if (path.length > this.#limits.maxIntermediates + 1 || this.#signaturesLeft === 0) {
      this.#failed(Progress.limit, refuse(tip, "too-complex", this.#limitReached()));
      return false;
    }
    const weak = weakSignature(tip);
    if (weak !== undefined) {
      this.#failed(Progress.signature, refuse(tip, "weak-algorithm", weak));
      return false;
    }
    this.#signaturesLeft--;
    if (signedBy(tip, issuer)) return true;
    const problem = `has a signature that is not by the key of "${issuer.subject.text}" (serial ${serialText(issuer)})`;
    this.#failed(Progress.signature, refuse(tip, "bad-signature", problem));
    return false;
  }

  /** Anchors first, and those whose key identifier fits before the others: a hint, not a rule (RFC 5280 §4.2.1.1). */
  #issuersOf(certificate: Certificate): readonly Certificate[] {
    const wanted = certificate.extensions.authorityKeyIdentifier;
    const named = [...this.#anchors, ...this.#intermediates].filter((each) =>
      sameName(each.subject, certificate.issuer),
    );
    const fits = (each: Certificate): number => {
      const identifier = each.extensions.subjectKeyIdentifier;
      if (!wanted || !identifier) return 1;
      return equalBytes(wanted, identifier) ? 0 : 2;
    };
    return named.sort((a, b) => fits(a) - fits(b));
  }

  #failed(progress: Progress, refusal: Refusal): void {
    if (!this.#best || progress > this.#best.progress) this.#best = { progress, refusal };
  }

  #untrusted(tip: Certificate): Refusal {
    if (this.#anchors.length === 0) return refuse(tip, "untrusted", "cannot be judged: no trust anchor is configured");
    if (isSelfIssued(tip)) return refuse(tip, "untrusted", "is issued by itself and is not among the trust anchors");
    return refuse(
      tip,
      "untrusted",
      `is issued by "${tip.issuer.text}", which is neither among the trust anchors nor in the chain`,
    );
  }

  #limitReached(): string {
    const { maxIntermediates, maxSignatures } = this.#limits;
    return `leads to no anchor within ${maxIntermediates} intermediate certificates and ${maxSignatures} signatures`;
  }
}

function sameCertificate(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.der, b.der);
}
