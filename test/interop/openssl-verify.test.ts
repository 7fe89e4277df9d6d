// Generates chains with random properties and compares our verdict with `openssl verify`. OPENSSL_VERIFY_CHAINS and
// OPENSSL_VERIFY_SEED choose another number and other chains.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { PathValidator } from "../../src/pki/path-validator.ts";
import {
  anyExtendedKeyUsage,
  type CertificateOptions,
  clientAuth,
  generateKeys,
  type IssuedCertificate,
  KeyUsageFlags,
  makeCa,
  makeLeaf,
  type RawExtension,
  serverAuth,
  toPem,
  unknownExtension,
} from "../support/certificates.ts";
import { der, oid, sequence, set, text } from "../support/der.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const run = promisify(execFile);
const chains = Number(process.env.OPENSSL_VERIFY_CHAINS ?? 300);
const seed = Number(process.env.OPENSSL_VERIFY_SEED ?? 1);
const now = Date.parse("2026-06-01T12:00:00Z");
const host = "server.example";

interface Sample {
  readonly chain: readonly IssuedCertificate[];
  readonly root: IssuedCertificate;
  /** The properties that were drawn, for a report. */
  readonly traits: readonly string[];
}

interface Disagreement {
  /** All of them were drawn. */
  readonly traits: readonly string[];
  /** What the side that refuses says. */
  readonly message: RegExp;
  readonly reason: string;
}

/** Where we refuse and OpenSSL accepts, by design. */
const weRefuse: readonly Disagreement[] = [
  {
    traits: ["leaf: CA flag"],
    message: /is a CA's and may not/,
    reason: "a CA's certificate is not taken for a peer's",
  },
  {
    traits: ["leaf: SHA-1"],
    message: /ECDSA with SHA-1/,
    reason: "openssl verify takes SHA-1 at its default security level",
  },
  {
    traits: ["leaf: RSA-1024"],
    message: /RSA key of 1024 bits/,
    reason: "openssl verify takes 1,024 bits at its default security level",
  },
  { traits: ["ca: RSA-1024"], message: /RSA key of 1024 bits/, reason: "the same" },
  {
    traits: ["leaf: keyAgreement only"],
    message: /digital signatures/,
    reason: "OpenSSL takes keyAgreement for a TLS server; ECDHE_ECDSA needs a key that signs",
  },
  {
    traits: ["leaf: wildcard", "ca: excludes a wildcard's host"],
    message: /excluded names: \*\.example\.com/,
    reason: "the wildcard may be used as the excluded name",
  },
  {
    traits: ["ca: no basic constraints"],
    message: /"CN=Test Root CA" has issued another certificate without being a CA's/,
    reason: "OpenSSL lets a self-signed anchor with keyCertSign be a CA without basic constraints",
  },
];

/** Where OpenSSL refuses and we accept. */
const theyRefuse: readonly Disagreement[] = [
  {
    traits: ["ca: self-issued", "ca: no key identifiers"],
    message: /self-signed certificate in certificate chain/,
    reason:
      "OpenSSL takes a self-issued intermediate for self-signed without looking at its signature; RFC 5280 allows it",
  },
  ...["leaf: no key identifiers", "ca: no key identifiers"].map((trait) => ({
    traits: ["ca: self-issued", trait],
    message: /certificate signature failure/,
    reason: "two issuers of one name and no identifier to choose by: OpenSSL tries one of them, we try both",
  })),
];

function isKnown(list: readonly Disagreement[], sample: Sample, said: string): boolean {
  return list.some(({ traits, message }) => message.test(said) && traits.every((each) => sample.traits.includes(each)));
}

/** One option out of many; most of the time none, so that sound chains are frequent too. */
const leafTraits: Readonly<Record<string, CertificateOptions>> = {
  "leaf: expired": { notAfter: "2026-01-01T00:00:00Z" },
  "leaf: not yet valid": { notBefore: "2027-01-01T00:00:00Z" },
  "leaf: CA flag": { ca: true },
  "leaf: no basic constraints": { ca: "absent" },
  "leaf: CA flag false": { ca: false },
  "leaf: clientAuth": { eku: [clientAuth] },
  "leaf: both usages": { eku: [clientAuth, serverAuth] },
  "leaf: anyExtendedKeyUsage": { eku: [anyExtendedKeyUsage] },
  "leaf: no extended key usage": { eku: "absent" },
  "leaf: keyAgreement only": { keyUsage: KeyUsageFlags.keyAgreement },
  "leaf: cRLSign only": { keyUsage: KeyUsageFlags.cRLSign },
  "leaf: no key usage": { keyUsage: "absent" },
  "leaf: unknown critical": { extensions: [unknownExtension(true)] },
  "leaf: unknown extension": { extensions: [unknownExtension(false)] },
  "leaf: other name": { san: [{ dns: "other.example" }] },
  "leaf: wildcard": { san: [{ dns: "*.example.com" }, { dns: host }] },
  "leaf: two names": { san: [{ dns: "a.other" }, { dns: host }, { ip: "10.1.2.3" }] },
  "leaf: no key identifiers": { keyIdentifiers: false },
  "leaf: SHA-1": { hash: "SHA-1" },
  "leaf: SHA-512": { hash: "SHA-512" },
  "leaf: RSA-1024": { keyKind: "RSA-1024" },
  "leaf: P-384": { keyKind: "P-384" },
  "leaf: wrong issuer name": { issuerName: "CN=Somebody" },
};

const caTraits: Readonly<Record<string, CertificateOptions>> = {
  "ca: expired": { notAfter: "2026-01-01T00:00:00Z" },
  "ca: not yet valid": { notBefore: "2027-01-01T00:00:00Z" },
  "ca: CA flag false": { ca: false },
  "ca: no basic constraints": { ca: "absent" },
  "ca: path length 0": { pathLength: 0 },
  "ca: path length 1": { pathLength: 1 },
  "ca: no keyCertSign": { keyUsage: KeyUsageFlags.digitalSignature },
  "ca: no key usage": { keyUsage: "absent" },
  "ca: clientAuth": { eku: [clientAuth] },
  "ca: serverAuth": { eku: [serverAuth] },
  "ca: unknown critical": { extensions: [unknownExtension(true)] },
  "ca: no key identifiers": { keyIdentifiers: false },
  "ca: P-384": { keyKind: "P-384" },
  "ca: RSA-2048": { keyKind: "RSA-2048" },
  "ca: RSA-1024": { keyKind: "RSA-1024" },
  "ca: permits example": { extensions: [constraints([dns("example")])] },
  "ca: permits other": { extensions: [constraints([dns("other")])] },
  "ca: permits a host": { extensions: [constraints([dns(host)])] },
  "ca: permits .example": { extensions: [constraints([dns(".example")])] },
  "ca: excludes example": { extensions: [constraints([], [dns("example")])] },
  "ca: excludes other": { extensions: [constraints([], [dns("other")])] },
  "ca: excludes a wildcard's host": { extensions: [constraints([], [dns("a.example.com")])] },
  "ca: permits 10/8": { extensions: [constraints([der(0x87, Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0))])] },
  "ca: excludes 10/8": { extensions: [constraints([], [der(0x87, Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0))])] },
  "ca: permits a directory": { extensions: [constraints([directory("Server.Example"), directory("Level 0")])] },
  "ca: excludes a directory": { extensions: [constraints([], [directory("SERVER.example")])] },
};

function constraints(permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): RawExtension {
  const subtrees = (tag: number, bases: readonly Uint8Array[]) =>
    bases.length ? [der(tag, ...bases.map((base) => sequence(base)))] : [];
  return {
    oid: "2.5.29.30",
    critical: true,
    value: sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)),
  };
}

function dns(name: string): Uint8Array {
  return text(0x82, name);
}

function directory(cn: string): Uint8Array {
  return der(0xa4, sequence(set(sequence(oid("2.5.4.3"), text(0x13, cn)))));
}

async function draw(random: SeededRandom): Promise<Sample> {
  const traits: string[] = [];
  const pick = (from: Readonly<Record<string, CertificateOptions>>, one: number): CertificateOptions => {
    if (random.below(one) !== 0) return {};
    const [name, options] = Object.entries(from)[random.below(Object.keys(from).length)] ?? ["", {}];
    traits.push(name);
    return options;
  };
  const spoilt = async (): Promise<CertificateOptions> => {
    if (random.below(25) !== 0) return {};
    traits.push("wrong signer");
    return { signingKeys: await generateKeys("P-256") };
  };
  const root = await makeCa(pick(caTraits, 12));
  const chain: IssuedCertificate[] = [];
  let issuer = root;
  for (let level = random.below(4) - 1; level >= 0; level--) {
    // Now and then a self-issued intermediate, which neither path length nor name constraints count.
    const selfIssued = random.below(8) === 0;
    if (selfIssued) traits.push("ca: self-issued");
    const subject = selfIssued ? issuer.certificate.subject : `CN=Level ${level}`;
    issuer = await makeCa({ issuer, subject, ...pick(caTraits, 3), ...(await spoilt()) });
    chain.unshift(issuer);
  }
  chain.unshift(await makeLeaf({ issuer, ...pick(leafTraits, 2), ...(await spoilt()) }));
  return { chain, root, traits };
}

async function ours({ chain, root }: Sample): Promise<string> {
  const peer = { role: "server", name: host } as const;
  const validator = new PathValidator({ anchors: [root.certDer], peer, clock: { now: () => now, trusted: true } });
  const verdict = await validator.verify(chain.map((each) => each.certDer));
  return verdict.accepted ? "ok" : verdict.message;
}

async function theirs(folder: string, { chain, root }: Sample): Promise<string> {
  const [leaf, ...others] = chain.map((each) => each.certDer);
  assert.ok(leaf);
  const file = (name: string, ...ders: Uint8Array[]): string => {
    writeFileSync(join(folder, name), toPem("CERTIFICATE", ...ders));
    return join(folder, name);
  };
  const anchors = ["-no-CApath", "-no-CAstore", "-CAfile", file("root.pem", root.certDer)];
  const untrusted = others.length ? ["-untrusted", file("others.pem", ...others)] : [];
  const policy = ["-purpose", "sslserver", "-verify_hostname", host, "-attime", String(now / 1000)];
  try {
    await run("openssl", ["verify", ...anchors, ...untrusted, ...policy, file("leaf.pem", leaf)]);
    return "ok";
  } catch (error) {
    const stderr = String((error as { stderr?: unknown }).stderr);
    assert.match(stderr, /verification failed|unable to load/, "openssl could not be run");
    return stderr.match(/error \d+ at.*/)?.[0] ?? stderr;
  }
}

test(`our verdict on ${chains} generated chains is OpenSSL's, or differs for a reason that is listed`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "openssl-verify-"));
  const random = new SeededRandom(seed);
  const counts = { accepted: 0, refused: 0, onlyByUs: 0, onlyByThem: 0 };
  const wrong: string[] = [];
  try {
    for (let i = 0; i < chains; i++) {
      const sample = await draw(random);
      const [we, they] = [await ours(sample), await theirs(folder, sample)];
      const both = `${sample.traits.join(", ")}: ours ${we}; OpenSSL ${they}`;
      if ((we === "ok") === (they === "ok")) counts[we === "ok" ? "accepted" : "refused"]++;
      else if (isKnown(weRefuse, sample, we)) counts.onlyByUs++;
      else if (isKnown(theyRefuse, sample, they)) counts.onlyByThem++;
      else wrong.push(both);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(wrong, []);
  assert.ok(counts.accepted > chains / 10 && counts.refused > chains / 10, "the chains must be of both kinds");
});
