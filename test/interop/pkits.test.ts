// NIST's Public Key Interoperability Test Suite (2011): 224 chains with their CRLs, taken from its signed messages. Each
// is judged by our validator with hard-fail revocation. Every case that ought to be refused is, for a reason of its
// section; the one exception and the sound chains that we refuse are listed with their reasons.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { RevocationLists } from "../../src/pki/revocation-lists.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { built } from "../support/foreign/paths.ts";
import { readSignedMessage } from "../support/foreign/signed-message.ts";

const folder = built(".work/pkits");
const anchor = Uint8Array.from(readFileSync(join(folder, "certs", "TrustAnchorRootCertificate.crt")));
const clock = { now: () => Date.parse("2020-01-01T00:00:00Z"), trusted: true };

/** Not applicable: a device refuses these sound chains, or takes the last one, by design. */
const deviations: readonly [RegExp, string][] = [
  [/^ValidDSA/, "weak-algorithm: DSA is not accepted"],
  [/^Valid.*RFC822nameConstraints/, "name-constraints: e-mail names are no server's; constrained ones are refused"],
  [/^ValidURInameConstraints/, "name-constraints: the same of URIs"],
  [/^(Valid|)(Self-?Issued)?(PolicyMapping|inhibitPolicyMapping)/, "unknown-critical-extension: no policy processing"],
  [/^Valid(SelfIssued)?[rR]equireExplicitPolicy/, "unknown-critical-extension: no policy processing"],
  [/^(Valid)?(SelfIssued)?inhibitAnyPolicy/, "unknown-critical-extension: no policy processing"],
  [/^(DifferentPoliciesTest[78]|OverlappingPolicies)/, "key-usage: the leaf is a CA's, which a peer may not use"],
  [/^Valid(pathLenConstraintTest(8|14)|onlyContainsCACertsCRL)/, "key-usage: the same"],
  [/^Valid(IDPwithindirectCRL|cRLIssuer)/, "revoked: indirect CRLs are not relied on"],
  [/^Valid(distributionPoint|onlySomeReasons)/, "revoked: a list of a part or of some reasons is not relied on"],
  [/^ValidBasicSelfIssued(CRLSigningKeyTest6|NewWithOldTest4)/, "revoked: lists by distribution point, the same"],
  [/^ValidSeparateCertificateandCRLKeys/, "revoked: a separate key for CRLs is not looked for"],
  [/^ValiddeltaCRLTest5/, "revoked: it was taken off the list by a delta, which is not read"],
  [/^InvaliddeltaCRLTest4/, "accepted: it was put on the list by a delta, which is not read; the base list clears it"],
];

/** Why what ought to be refused is. */
const reasons: readonly [RegExp, RegExp][] = [
  [/^Invalid(CA|EE|DSA)Signature/, /^(bad-signature|malformed|weak-algorithm)/],
  [/notAfterDate/, /^expired/],
  [/notBeforeDate/, /^not-yet-valid/],
  [/NameChaining/, /^untrusted/],
  [/BadCRLSignature/, /^BAD_CRL/],
  [/BasicSelfIssuedCRLSigningKeyTest8|basicConstraints|cAFalse/, /^not-a-ca/],
  [/nameConstraints/, /^name-constraints/],
  [/keyCertSign/, /^key-usage/],
  [/pathLenConstraint/, /^(path-length|key-usage)/],
  [/Polic|UnknownCriticalCertificateExtension/, /^(unknown-critical-extension|key-usage)/],
  [/(?:)/, /^revoked/],
];

async function judge(file: string): Promise<string> {
  const { chain, crls } = readSignedMessage(readFileSync(join(folder, "smime", file), "latin1"));
  try {
    const { revoked } = new RevocationLists({ crls, clock, missing: "hard-fail" });
    const options = { anchors: [anchor], peer: { role: "client" }, clock, revoked, maxIntermediates: 8 } as const;
    const verdict = await new PathValidator(options).verify(chain);
    return verdict.accepted ? "accepted" : `${verdict.code}: ${verdict.message}`;
  } catch (error) {
    return error instanceof CodedError ? `${error.code}: ${error.message}` : assert.fail(String(error));
  }
}

function expectation(name: string): RegExp {
  const deviation = deviations.find(([pattern]) => pattern.test(name));
  if (deviation) return new RegExp(`^${deviation[1].split(":")[0]}`);
  if (!/^Invalid|^MissingCRL/.test(name)) return /^accepted$/;
  return reasons.find(([pattern]) => pattern.test(name))?.[1] ?? assert.fail(name);
}

const files = readdirSync(join(folder, "smime")).sort();

test("the suite is whole, and each deviation is one of it", () => {
  assert.equal(files.length, 224);
  const names = files.map(nameOf);
  for (const [pattern] of deviations)
    assert.ok(
      names.some((name) => pattern.test(name)),
      String(pattern),
    );
});

for (const file of files) {
  const name = nameOf(file);
  const expected = expectation(name);
  test(`PKITS ${name} is ${expected.source.slice(1).replace("$", "")}`, async () => {
    assert.match(await judge(file), expected);
  });
}

function nameOf(file: string): string {
  return file.replace(/^Signed/, "").replace(/\.eml$/, "");
}
