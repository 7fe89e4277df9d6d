import { formatUtc } from "./calendar.ts";
import type { Certificate } from "./certificate.ts";
import { sameName } from "./distinguished-name.ts";
import { KeyUsage } from "./extensions.ts";
import { brokenNameConstraint } from "./name-constraints.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { weakKey } from "./signature-algorithm.ts";

/** What a path must hold besides signatures and names that follow each other. */
export interface PathRules {
  /** Milliseconds since 1970, or undefined where dates are not to be judged. */
  readonly now: number | undefined;
  /** How far the clock may be off, in milliseconds, at both ends of a validity. */
  readonly skewMs: number;
  readonly purpose: "server" | "client";
  /**
   * Whether anyExtendedKeyUsage stands for the purpose. RFC 5280 §4.2.1.12 leaves the choice; refusing keeps a general
   * certificate from passing for a server's. A certificate without the extension is not restricted and passes.
   */
  readonly acceptAnyExtendedKeyUsage: boolean;
  /** Says why a certificate is revoked; CRLs and the like plug in here. `path` is the whole, from leaf to anchor. */
  readonly revoked?: (
    certificate: Certificate,
    issuer: Certificate,
    path: readonly Certificate[],
  ) => string | undefined;
  /** A demand on the whole path, from leaf to anchor; another path is looked for where it refuses. */
  readonly pathRule?: (path: readonly Certificate[]) => Refusal | undefined;
}

type Rule = (certificate: Certificate, position: Position) => Refusal | undefined;

interface Position {
  readonly path: readonly Certificate[];
  /** 0 is the leaf, the last one is the anchor. */
  readonly index: number;
  readonly rules: PathRules;
}

/**
 * The first rule of RFC 5280 §6.1.3 to §6.1.5 that a path breaks. `path` goes from leaf to anchor. The anchor is held to
 * the rules of every other CA (RFC 5937 asks for part of that): one that has expired no longer vouches for anybody.
 * A leaf that is an anchor itself makes a path of one.
 */
export function brokenPathRule(path: readonly Certificate[], rules: PathRules): Refusal | undefined {
  for (const [index, certificate] of path.entries()) {
    for (const rule of index === 0 ? leafRules : issuerRules) {
      const refusal = rule(certificate, { path, index, rules });
      if (refusal) return refusal;
    }
  }
  return rules.pathRule?.(path);
}

export function isSelfIssued(certificate: Certificate): boolean {
  return sameName(certificate.subject, certificate.issuer);
}

const dates: Rule = (certificate, { rules: { now, skewMs } }) => {
  if (now === undefined) return undefined;
  // Written so that a time that is no number is refused as well.
  if (!(now <= certificate.notAfter + skewMs))
    return refuse(certificate, "expired", `expired at ${formatUtc(certificate.notAfter)}; now is ${formatUtc(now)}`);
  if (!(now >= certificate.notBefore - skewMs))
    return refuse(
      certificate,
      "not-yet-valid",
      `is valid from ${formatUtc(certificate.notBefore)} on; now is ${formatUtc(now)}`,
    );
  return undefined;
};

const criticalExtensions: Rule = (certificate) => {
  const [oid] = certificate.extensions.unknownCritical;
  if (oid === undefined) return undefined;
  return refuse(
    certificate,
    "unknown-critical-extension",
    `has the critical extension ${oid}, which is not understood`,
  );
};

const keyStrength: Rule = (certificate) => {
  const problem = weakKey(certificate);
  return problem === undefined ? undefined : refuse(certificate, "weak-algorithm", problem);
};

const notRevoked: Rule = (certificate, { path, index, rules }) => {
  const issuer = path[index + 1];
  const problem = issuer && rules.revoked?.(certificate, issuer, path);
  return problem === undefined ? undefined : refuse(certificate, "revoked", problem);
};

const purposeNames = { server: "serverAuth", client: "clientAuth" } as const;
const purposeOids = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;
const anyExtendedKeyUsage = "2.5.29.37.0";

/** On a CA the extension narrows what its certificates may be for: not in RFC 5280, but what every browser does. */
const extendedKeyUsage: Rule = (certificate, { rules }) => {
  const usages = certificate.extensions.extendedKeyUsage;
  if (!usages || usages.includes(purposeOids[rules.purpose])) return undefined;
  if (rules.acceptAnyExtendedKeyUsage && usages.includes(anyExtendedKeyUsage)) return undefined;
  const expected = `${purposeNames[rules.purpose]} (${purposeOids[rules.purpose]})`;
  return refuse(
    certificate,
    "extended-key-usage",
    `may not be used for ${expected}; its extended key usage is ${usages.slice(0, 10).join(", ")}`,
  );
};

/** ECDHE_ECDSA and the client's CertificateVerify need a key that may sign (RFC 8422 §2.2). */
const signingKeyUsage: Rule = (certificate) => {
  const usage = certificate.extensions.keyUsage;
  if (!usage || usage.has(KeyUsage.digitalSignature)) return undefined;
  return refuse(certificate, "key-usage", "may not be used for digital signatures by its key usage");
};

/** Whoever holds a CA's key can issue; that key should not sit in a server. A leaf that is the anchor was chosen so. */
const notACaAsLeaf: Rule = (certificate, { path }) => {
  if (path.length === 1 || !certificate.extensions.basicConstraints?.ca) return undefined;
  return refuse(certificate, "key-usage", "is a CA's and may not be used by a peer itself");
};

const isCa: Rule = (certificate) => {
  if (certificate.extensions.basicConstraints?.ca) return undefined;
  return refuse(certificate, "not-a-ca", "has issued another certificate without being a CA's");
};

const certificateSigning: Rule = (certificate) => {
  const usage = certificate.extensions.keyUsage;
  if (!usage || usage.has(KeyUsage.keyCertSign)) return undefined;
  return refuse(certificate, "key-usage", "has issued another certificate without keyCertSign in its key usage");
};

/** RFC 5280 §4.2.1.9: intermediates between this CA and the leaf, self-issued ones not counted. */
const pathLength: Rule = (certificate, { path, index }) => {
  const allowed = certificate.extensions.basicConstraints?.pathLength;
  const below = path.slice(1, index).filter((each) => !isSelfIssued(each)).length;
  if (allowed === undefined || below <= allowed) return undefined;
  return refuse(certificate, "path-length", `allows ${allowed} intermediate certificates below it; there are ${below}`);
};

/** Self-issued intermediates are exempt, the leaf never is (RFC 5280 §6.1.3). */
const nameConstraints: Rule = (certificate, { path, index }) => {
  const constraints = certificate.extensions.nameConstraints;
  if (!constraints) return undefined;
  for (const [i, below] of path.slice(0, index).entries()) {
    const problem = i > 0 && isSelfIssued(below) ? undefined : brokenNameConstraint(below, constraints);
    if (problem !== undefined)
      return refuse(below, "name-constraints", `${problem} (constrained by "${certificate.subject.text}")`);
  }
  return undefined;
};

const everyRule = [dates, criticalExtensions, keyStrength, extendedKeyUsage, notRevoked];
const leafRules: readonly Rule[] = [...everyRule, signingKeyUsage, notACaAsLeaf];
const issuerRules: readonly Rule[] = [...everyRule, isCa, certificateSigning, pathLength, nameConstraints];
