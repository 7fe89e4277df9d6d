import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, suite, test } from "node:test";
import type { CertificateRefusalCode } from "../../src/credentials/ports/certificate-verifier.ts";
import { PathValidator, type PathValidatorOptions } from "../../src/pki/path-validator.ts";
import { fromHex } from "../../src/util/bytes.ts";
import type { WallClock } from "../../src/util/time.ts";
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
  unknownExtension,
} from "../support/certificates.ts";
import { der, oid, sequence, set, text } from "../support/der.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const clock: WallClock = { now: () => now, trusted: true };
const host = "server.example";

let root: IssuedCertificate;
let intermediate: IssuedCertificate;

before(async () => {
  root = await makeCa();
  intermediate = await makeCa({ issuer: root });
});

type Overrides = Partial<PathValidatorOptions>;

function judge(chain: readonly IssuedCertificate[], overrides: Overrides = {}) {
  const peer = { role: "server", name: host } as const;
  const options = { anchors: [root.certDer], peer, clock, ...overrides };
  const ders = chain.map((each) => each.certDer);
  return new PathValidator(options).verify(ders);
}

async function accepted(chain: readonly IssuedCertificate[], overrides: Overrides = {}): Promise<void> {
  assert.deepEqual(await judge(chain, overrides), { accepted: true, publicKey: chain[0]?.spki });
}

async function refused(
  chain: readonly IssuedCertificate[],
  code: CertificateRefusalCode,
  message: RegExp,
  overrides: Overrides = {},
): Promise<void> {
  const verdict = await judge(chain, overrides);
  if (verdict.accepted) return assert.fail(`accepted, ${code} expected`);
  assert.equal(verdict.code, code, verdict.message);
  assert.match(verdict.message, message);
}

function ecSpki(namedCurve: string): Uint8Array {
  return new Uint8Array(generateKeyPairSync("ec", { namedCurve }).publicKey.export({ type: "spki", format: "der" }));
}

/** A leaf below the intermediate, and the intermediate. */
async function chainOf(leaf: CertificateOptions, ca?: CertificateOptions): Promise<IssuedCertificate[]> {
  const issuer = ca ? await makeCa({ issuer: root, ...ca }) : intermediate;
  return [await makeLeaf({ issuer, ...leaf }), issuer];
}

suite("sound chains", () => {
  test("a leaf below root, below an intermediate, and with the root sent along is accepted", async () => {
    await accepted([await makeLeaf({ issuer: root })]);
    await accepted(await chainOf({}));
    await accepted([...(await chainOf({})), root]);
  });

  test("every accepted algorithm makes a path", async () => {
    for (const keyKind of ["P-256", "P-384", "P-521", "RSA-2048"] as const)
      for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const)
        await accepted(await chainOf({ hash }, { keyKind, hash }));
  });

  test("the order of intermediates does not matter, nor do certificates that lead nowhere", async () => {
    const stranger = await makeCa({ cn: "Stranger" });
    const second = await makeCa({ issuer: intermediate, cn: "Second" });
    await accepted([await makeLeaf({ issuer: second }), stranger, intermediate, second]);
  });

  test("an intermediate that is an anchor ends the path", async () => {
    await accepted(await chainOf({}), { anchors: [intermediate.certDer] });
  });

  test("a self-signed server certificate that is an anchor itself is accepted, with its name and dates still judged", async () => {
    const own = await makeLeaf({ ca: true });
    await accepted([own], { anchors: [own.certDer] });
    const elsewhere = { role: "server", name: "other.example" } as const;
    await refused([own], "name-mismatch", /other\.example/, { anchors: [own.certDer], peer: elsewhere });
    const old = await makeLeaf({ notAfter: "2025-01-01T00:00:00Z" });
    await refused([old], "expired", /2025-01-01/, { anchors: [old.certDer] });
  });

  test("a leaf without extended key usage is not restricted", async () => {
    await accepted(await chainOf({ eku: "absent" }));
  });
});

suite("dates", () => {
  test("an expired certificate is refused wherever it stands, with the date in words", async () => {
    const notAfter = "2026-05-31T00:00:00Z";
    await refused(
      await chainOf({ notAfter }),
      "expired",
      /"CN=server\.example" expired at 2026-05-31 00:00:00 UTC; now is 2026-06-01 12:00:00/,
    );
    await refused(await chainOf({}, { notAfter }), "expired", /"CN=Test Intermediate CA" expired/);
    const oldRoot = await makeCa({ notAfter });
    await refused([await makeLeaf({ issuer: oldRoot })], "expired", /Test Root CA/, { anchors: [oldRoot.certDer] });
  });

  test("a certificate of tomorrow is refused", async () => {
    const notBefore = "2026-06-02T00:00:00Z";
    await refused(await chainOf({ notBefore }), "not-yet-valid", /valid from 2026-06-02 00:00:00 UTC on/);
  });

  test("both ends of the validity belong to it, and the skew widens it", async () => {
    const chain = await chainOf({ notBefore: "2026-06-01T12:00:00Z", notAfter: "2026-06-01T12:00:10Z" });
    const at = (seconds: number): Overrides => ({ clock: { now: () => now + seconds * 1000, trusted: true } });
    await accepted(chain, at(0));
    await accepted(chain, at(10));
    await refused(chain, "not-yet-valid", /valid from/, at(-1));
    await refused(chain, "expired", /expired/, at(11));
    await accepted(chain, { ...at(-60), skewMs: 60_000 });
    await accepted(chain, { ...at(70), skewMs: 60_000 });
    await refused(chain, "expired", /expired/, { ...at(71), skewMs: 60_000 });
  });

  test("a clock that is not set refuses every peer, unless the option leaves dates unjudged", async () => {
    const unset: WallClock = { now: () => 0, trusted: false };
    await refused(await chainOf({}), "not-yet-valid", /clock is not set/, { clock: unset });
    await accepted(await chainOf({}), { clock: unset, allowUntrustedClock: true });
  });

  test("a clock that gives no number refuses", async () => {
    await refused(await chainOf({}), "expired", /expired/, { clock: { now: () => Number.NaN, trusted: true } });
  });

  test("the end of time, 9999-12-31, is read", async () => {
    await accepted(await chainOf({ notAfter: "9999-12-31T23:59:59Z" }));
  });
});

suite("trust and signatures", () => {
  test("without anchors every peer is refused", async () => {
    await refused(await chainOf({}), "untrusted", /no trust anchor is configured/, { anchors: [] });
  });

  test("a chain to another root, a chain without its intermediate and a self-signed leaf are untrusted", async () => {
    const stranger = await makeCa({ cn: "Stranger" });
    await refused([await makeLeaf({ issuer: stranger }), stranger], "untrusted", /"CN=Stranger" is issued by itself/);
    await refused(
      [await makeLeaf({ issuer: intermediate })],
      "untrusted",
      /issued by "CN=Test Intermediate CA", which is neither/,
    );
    await refused([await makeLeaf()], "untrusted", /"CN=server\.example" is issued by itself and is not among/);
  });

  test("a root of the same name with another key does not vouch", async () => {
    const twin = await makeCa({ keyIdentifiers: false });
    await refused([await makeLeaf({ issuer: twin })], "bad-signature", /not by the key of "CN=Test Root CA"/);
  });

  test("a signature by the wrong key, or with a bit changed, is refused", async () => {
    const signingKeys = await generateKeys("P-256");
    await refused(
      await chainOf({ signingKeys }),
      "bad-signature",
      /"CN=server\.example" has a signature that is not by/,
    );
    const [leaf] = await chainOf({});
    assert.ok(leaf);
    const certDer = leaf.certDer.slice();
    certDer[certDer.length - 1] = (certDer.at(-1) ?? 0) ^ 1;
    await refused([{ ...leaf, certDer }, intermediate], "bad-signature", /not by the key/);
  });

  test("SHA-1, RSA of 1,024 bits and curves that are not ours are weak", async () => {
    await refused(await chainOf({ hash: "SHA-1" }), "weak-algorithm", /ECDSA with SHA-1/);
    await refused(
      await chainOf({}, { keyKind: "RSA-2048", hash: "SHA-1" }),
      "weak-algorithm",
      /"CN=Test Intermediate CA".*SHA-1/,
    );
    await refused(await chainOf({ keyKind: "RSA-1024" }), "weak-algorithm", /RSA key of 1024 bits/);
    await refused(
      await chainOf({}, { keyKind: "RSA-1024" }),
      "weak-algorithm",
      /"CN=Test Intermediate CA" has an RSA key of 1024/,
    );
    await refused(
      await chainOf({ foreignSpki: ecSpki("secp256k1") }),
      "weak-algorithm",
      /public key that is not accepted/,
    );
  });

  test("several certificates of the issuer's name are all tried: old and new key, expired and good cross certificate", async () => {
    const twin = await makeCa({ issuer: root, keyIdentifiers: false });
    const expired = await makeCa({ issuer: root, keys: intermediate.keys, notAfter: "2024-01-01T00:00:00Z" });
    const [leaf] = await chainOf({ keyIdentifiers: false });
    assert.ok(leaf);
    for (const others of [
      [twin, expired, intermediate],
      [expired, intermediate, twin],
      [intermediate, twin, expired],
    ])
      await accepted([leaf, ...others]);
    await refused([leaf, twin, expired], "expired", /2024-01-01/);
  });

  test("CAs that certify each other end the search", async () => {
    const a = await makeCa({ cn: "A" });
    const b = await makeCa({ cn: "B" });
    const aByB = await makeCa({ cn: "A", keys: a.keys, issuer: b });
    const bByA = await makeCa({ cn: "B", keys: b.keys, issuer: a });
    await refused([await makeLeaf({ issuer: a }), aByB, bByA], "untrusted", /neither among/);
  });
});

suite("limits", () => {
  test("more intermediates than allowed, and more certificates than are looked at, are too complex", async () => {
    const chain: IssuedCertificate[] = [];
    let issuer = root;
    for (let i = 0; i < 3; i++) {
      issuer = await makeCa({ issuer, cn: `Level ${i}` });
      chain.unshift(issuer);
    }
    const leaf = await makeLeaf({ issuer });
    await accepted([leaf, ...chain], { maxIntermediates: 3 });
    await refused([leaf, ...chain], "too-complex", /within 2 intermediate/, { maxIntermediates: 2 });
    await refused(Array(11).fill(leaf), "too-complex", /11 certificates/);
  });

  test("certificates of one name that all sign each other cost a bounded number of signatures", async () => {
    const keys = await generateKeys("P-256");
    const options = { cn: "Maze", keys, signingKeys: keys, keyIdentifiers: false };
    const maze = await Promise.all(Array.from({ length: 9 }, () => makeCa(options)));
    const leaf = await makeLeaf({ issuer: maze[0] as IssuedCertificate });
    await refused([leaf, ...maze], "too-complex", /40 signatures/);
  });
});

suite("what a certificate may be used for", () => {
  test("an issuer without CA flag, or with none at all, is not a CA", async () => {
    await refused(await chainOf({}, { ca: false }), "not-a-ca", /"CN=Test Intermediate CA" has issued/);
    await refused(await chainOf({}, { ca: "absent" }), "not-a-ca", /without being a CA/);
  });

  test("an issuer without keyCertSign is refused; without key usage it is not restricted", async () => {
    await refused(await chainOf({}, { keyUsage: KeyUsageFlags.cRLSign }), "key-usage", /without keyCertSign/);
    await accepted(await chainOf({}, { keyUsage: "absent" }));
  });

  test("a leaf that may not sign is refused; without key usage it is not restricted", async () => {
    await refused(await chainOf({ keyUsage: KeyUsageFlags.keyAgreement }), "key-usage", /digital signatures/);
    await accepted(await chainOf({ keyUsage: "absent" }));
  });

  test("a CA's certificate as a leaf is refused", async () => {
    await refused(await chainOf({ ca: true }), "key-usage", /is a CA's/);
    await accepted(await chainOf({ ca: false }));
  });

  test("the path length is kept, self-issued intermediates not counted", async () => {
    const limited = await makeCa({ issuer: root, cn: "Limited", pathLength: 0 });
    await accepted([await makeLeaf({ issuer: limited }), limited]);
    const below = await makeCa({ issuer: limited, cn: "Below" });
    const message = /"CN=Limited" allows 0 intermediate certificates below it; there are 1/;
    await refused([await makeLeaf({ issuer: below }), below, limited], "path-length", message);
    const renewed = await makeCa({ issuer: limited, cn: "Limited" });
    await accepted([await makeLeaf({ issuer: renewed }), renewed, limited]);
  });

  test("the extended key usage must hold the purpose, on the leaf and on a CA that has one", async () => {
    const message = /may not be used for serverAuth \(1\.3\.6\.1\.5\.5\.7\.3\.1\).*1\.3\.6\.1\.5\.5\.7\.3\.2/;
    await refused(await chainOf({ eku: [clientAuth] }), "extended-key-usage", message);
    await refused(await chainOf({}, { eku: [clientAuth] }), "extended-key-usage", /Test Intermediate CA/);
    await accepted(await chainOf({ eku: [clientAuth, serverAuth] }, { eku: [serverAuth] }));
    const client = { peer: { role: "client" } } as const;
    await accepted(await chainOf({ eku: [clientAuth] }), client);
    await refused(await chainOf({}), "extended-key-usage", /clientAuth/, client);
  });

  test("anyExtendedKeyUsage counts only where the option says so", async () => {
    const chain = await chainOf({ eku: [anyExtendedKeyUsage] });
    await refused(chain, "extended-key-usage", /2\.5\.29\.37\.0/);
    await accepted(chain, { acceptAnyExtendedKeyUsage: true });
  });

  test("a critical extension that is not understood is refused wherever it stands", async () => {
    const extensions = [unknownExtension(true)];
    await refused(await chainOf({ extensions }), "unknown-critical-extension", /1\.3\.6\.1\.4\.1\.99999\.1/);
    await refused(await chainOf({}, { extensions }), "unknown-critical-extension", /Test Intermediate CA/);
    await accepted(await chainOf({ extensions: [unknownExtension(false)] }));
  });

  test("critical policy constraints, which are not processed, are refused; critical policies are not", async () => {
    const policyConstraints = { oid: "2.5.29.36", critical: true, value: fromHex("3003800100") };
    await refused(await chainOf({}, { extensions: [policyConstraints] }), "unknown-critical-extension", /2\.5\.29\.36/);
    const policies = { oid: "2.5.29.32", critical: true, value: sequence(sequence(oid("2.5.29.32.0"))) };
    await accepted(await chainOf({}, { extensions: [policies] }));
  });

  test("what the revocation hook says is refused", async () => {
    const revoked: Overrides["revoked"] = (certificate, issuer) =>
      issuer.subject.text === "CN=Test Root CA" ? `was revoked (${certificate.version})` : undefined;
    await refused(await chainOf({}), "revoked", /"CN=Test Intermediate CA" was revoked/, { revoked });
  });
});

suite("name constraints", () => {
  const constraint = (permitted: Uint8Array[], excluded: Uint8Array[] = []): RawExtension => ({
    oid: "2.5.29.30",
    critical: true,
    value: sequence(
      ...(permitted.length ? [der(0xa0, ...permitted.map((base) => sequence(base)))] : []),
      ...(excluded.length ? [der(0xa1, ...excluded.map((base) => sequence(base)))] : []),
    ),
  });
  const dns = (name: string) => text(0x82, name);
  const ip = (hex: string) => der(0x87, fromHex(hex));
  const email = (name: string) => text(0x81, name);
  const directory = (cn: string, tag = 0x0c) => der(0xa4, sequence(set(sequence(oid("2.5.4.3"), text(tag, cn)))));
  const below = (extension: RawExtension, leaf: CertificateOptions = {}) => chainOf(leaf, { extensions: [extension] });

  test("host names must lie in a permitted domain and in no excluded one", async () => {
    await accepted(await below(constraint([dns("example")])));
    await accepted(await below(constraint([dns("other"), dns("SERVER.example")])));
    await accepted(await below(constraint([dns(".example")])));
    await refused(
      await below(constraint([dns("ver.example")])),
      "name-constraints",
      /outside.*server\.example \(constrained by "CN=Test Intermediate CA"\)/,
    );
    await refused(await below(constraint([dns(".server.example")])), "name-constraints", /outside/);
    await refused(await below(constraint([], [dns("example")])), "name-constraints", /excluded names: server\.example/);
    await refused(await below(constraint([dns("example")], [dns("server.example")])), "name-constraints", /excluded/);
    await refused(await below(constraint([], [dns("")])), "name-constraints", /excluded/);
  });

  test("a wildcard that could stand for an excluded name is refused", async () => {
    const leaf = { san: [{ dns: "*.a.example" }, { dns: host }] };
    await refused(await below(constraint([], [dns("x.a.example")]), leaf), "name-constraints", /excluded/);
    await accepted(await below(constraint([], [dns("x.y.a.example")]), leaf));
  });

  test("addresses must lie in a permitted network; a name of another kind is not constrained", async () => {
    const leaf = { san: [{ dns: host }, { ip: "10.1.2.3" }] };
    await accepted(await below(constraint([ip("0a010000ffff0000")]), leaf));
    await refused(await below(constraint([ip("0a020000ffff0000")]), leaf), "name-constraints", /outside.*IP address/);
    await refused(await below(constraint([], [ip("0a010000ffff0000")]), leaf), "name-constraints", /excluded/);
    await accepted(await below(constraint([ip("0a020000ffff0000")])));
    const v6 = `20010db8${"00".repeat(12)}ffffffff${"00".repeat(12)}`;
    await refused(await below(constraint([ip(v6)]), leaf), "name-constraints", /outside/);
  });

  test("directory names are compared as text, whatever their encoding, case and spacing", async () => {
    await accepted(await below(constraint([directory("Server.Example", 0x13)])));
    await refused(await below(constraint([directory("other")])), "name-constraints", /outside.*CN=server\.example/);
    await refused(await below(constraint([], [directory("  SERVER.example ")])), "name-constraints", /excluded/);
  });

  test("a constraint on names that cannot be compared refuses such names and no others", async () => {
    const constrained = constraint([email("example")]);
    await accepted(await below(constrained));
    const leaf = { subject: "CN=server.example, E=a@example" };
    await refused(await below(constrained, leaf), "name-constraints", /cannot be compared \(email\)/);
  });

  test("without a SAN the CN is constrained as a host name", async () => {
    const peer = { role: "server", name: host, allowCommonName: true } as const;
    await refused(await below(constraint([dns("other")]), { san: [] }), "name-constraints", /outside/, { peer });
    await accepted(await below(constraint([dns("example")]), { san: [] }), { peer });
  });

  test("constraints reach through further intermediates", async () => {
    const top = await makeCa({ issuer: root, cn: "Top", extensions: [constraint([dns("other")])] });
    const middle = await makeCa({ issuer: top, cn: "Middle" });
    await refused([await makeLeaf({ issuer: middle }), middle, top], "name-constraints", /constrained by "CN=Top"/);
  });

  test("constraints in forms that RFC 5280 does not allow make the certificate malformed", async () => {
    const minimum = {
      ...constraint([]),
      value: sequence(der(0xa0, sequence(dns("example"), der(0x80, Uint8Array.of(1))))),
    };
    const noMask = constraint([ip("0a010000")]);
    const holes = constraint([ip("0a010000ff00ff00")]);
    for (const extension of [minimum, noMask, holes, constraint([])])
      await refused(
        await below(extension),
        "malformed",
        /certificate 2 of the chain is malformed: extension 2\.5\.29\.30/,
      );
  });
});

suite("the server's name", () => {
  const named = (name: string, allowCommonName = false): Overrides => ({
    peer: { role: "server", name, allowCommonName },
  });

  test("the name asked for must be among the SAN's; the refusal tells both", async () => {
    const chain = await chainOf({ san: [{ dns: "a.example" }, { ip: "192.0.2.1" }, { ip: "2001:db8::1" }] });
    await accepted(chain, named("A.EXAMPLE."));
    await accepted(chain, named("192.0.2.1"));
    await accepted(chain, named("[2001:DB8:0::1]"));
    await refused(
      chain,
      "name-mismatch",
      /not for "b\.example": it is for "a\.example", 192\.0\.2\.1, \[2001:db8:0:0:0:0:0:1\]/,
      named("b.example"),
    );
    await refused(chain, "name-mismatch", /192\.0\.2\.2/, named("192.0.2.2"));
  });

  test("an address is not matched by a dNSName that spells it, nor a host by its address", async () => {
    await refused(await chainOf({ san: [{ dns: "192.0.2.1" }] }), "name-mismatch", /192/, named("192.0.2.1"));
  });

  test("the CN counts only without a SAN and only when allowed", async () => {
    const without = await chainOf({ san: [] });
    await refused(without, "name-mismatch", /no subject alternative name/, named(host));
    await accepted(without, named(host, true));
    await refused(without, "name-mismatch", /its CN is another/, named("other.example", true));
    await refused(await chainOf({ san: [{ ip: "192.0.2.1" }] }), "name-mismatch", /192\.0\.2\.1/, named(host, true));
  });

  test("a client needs no name", async () => {
    const client = await makeLeaf({ issuer: root, eku: [clientAuth], san: [], cn: "device 1" });
    await accepted([client], { peer: { role: "client" } });
  });
});

suite("bad input", () => {
  test("no certificate, rubbish and a damaged intermediate are malformed", async () => {
    await refused([], "malformed", /no certificate/);
    const [leaf] = await chainOf({});
    assert.ok(leaf);
    await refused([{ ...leaf, certDer: Uint8Array.of(1, 2) }], "malformed", /certificate 1 of the chain/);
    await refused(
      [leaf, { ...leaf, certDer: leaf.certDer.subarray(0, 100) }],
      "malformed",
      /certificate 2 of the chain/,
    );
  });

  test("an anchor that is no certificate is an error of the configuration", () => {
    const options = { anchors: [Uint8Array.of(1)], peer: { role: "client" }, clock } as const;
    assert.throws(() => new PathValidator(options), { code: "BAD_TRUST_ANCHOR" });
  });

  test("verify never rejects and never accepts a leaf with any one byte changed", async () => {
    const [leaf] = await chainOf({});
    assert.ok(leaf);
    const validator = new PathValidator({
      anchors: [root.certDer],
      peer: { role: "server", name: host },
      clock,
    });
    for (let at = 0; at < leaf.certDer.length; at++) {
      const changed = leaf.certDer.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      const verdict = await validator.verify([changed, intermediate.certDer]);
      assert.equal(verdict.accepted, false, `byte ${at}`);
    }
  });
});
