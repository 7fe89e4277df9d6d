import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import fc from "fast-check";
import { maxCertificateLength, parseCertificate } from "../../src/pki/certificate.ts";
import { concatBytes, fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import {
  type CertificateOptions,
  type IssuedCertificate,
  KeyUsageFlags,
  makeCa,
  makeLeaf,
  serverAuth,
  unknownExtension,
} from "../support/certificates.ts";
import { der, oid, sequence } from "../support/der.ts";

let root: IssuedCertificate;
let leaf: IssuedCertificate;

before(async () => {
  root = await makeCa({ pathLength: 3 });
  leaf = await makeLeaf({
    issuer: root,
    subject: "CN=server.example, O=Example, C=DE",
    serialNumber: "00ff01",
    notBefore: "2026-01-01T00:00:00Z",
    notAfter: "2050-01-01T00:00:00Z",
    san: [{ dns: "server.example" }, { ip: "192.0.2.1" }],
    extensions: [unknownExtension(true)],
  });
});

test("a certificate is read into its fields", () => {
  const certificate = parseCertificate(leaf.certDer);
  assert.equal(certificate.version, 3);
  assert.equal(toHex(certificate.serialNumber), "00ff01");
  assert.equal(certificate.subject.text, "CN=server.example, O=Example, C=DE");
  assert.equal(certificate.issuer.text, "CN=Test Root CA");
  assert.equal(certificate.notBefore, Date.parse("2026-01-01T00:00:00Z"));
  assert.equal(certificate.notAfter, Date.parse("2050-01-01T00:00:00Z"));
  assert.deepEqual(certificate.publicKey, leaf.spki);
  const { extensions } = certificate;
  assert.deepEqual([...(extensions.keyUsage ?? [])], [0]);
  assert.deepEqual(extensions.extendedKeyUsage, [serverAuth]);
  assert.deepEqual(extensions.subjectAlternativeName, [
    { kind: "dns", name: "server.example" },
    { kind: "ip", bytes: Uint8Array.of(192, 0, 2, 1) },
  ]);
  assert.deepEqual(extensions.unknownCritical, ["1.3.6.1.4.1.99999.1"]);
  assert.deepEqual(extensions.authorityKeyIdentifier, parseCertificate(root.certDer).extensions.subjectKeyIdentifier);
  assert.deepEqual(parseCertificate(root.certDer).extensions.basicConstraints, { ca: true, pathLength: 3 });
});

test("a certificate cut at any length, or followed by a byte, is a DecodeError", () => {
  for (let length = 0; length < leaf.certDer.length; length++)
    assert.throws(() => parseCertificate(leaf.certDer.subarray(0, length)), DecodeError);
  assert.throws(() => parseCertificate(concatBytes([leaf.certDer, Uint8Array.of(0)])), DecodeError);
});

test("a certificate of absurd length is refused unread", () => {
  assert.throws(() => parseCertificate(der(0x30, new Uint8Array(maxCertificateLength))), /longer than 16384/);
});

test("any bytes, and any damage to a certificate, give a certificate or a DecodeError", () => {
  const parse = (bytes: Uint8Array): void => {
    try {
      parseCertificate(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), parse), { numRuns: 1000, seed: 1 });
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
  const damaged = (changes: [number, number][]): void => {
    const bytes = leaf.certDer.slice();
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    parse(bytes);
  };
  fc.assert(fc.property(damage, damaged), { numRuns: 5000, seed: 1 });
});

suite("refused extensions", () => {
  async function refused(options: CertificateOptions, message: RegExp): Promise<void> {
    const certificate = await makeLeaf({ issuer: root, ...options });
    assert.throws(
      () => parseCertificate(certificate.certDer),
      (error) => error instanceof DecodeError && message.test(error.message),
    );
  }
  const extension = (id: string, value: Uint8Array): CertificateOptions => ({
    ca: "absent",
    keyUsage: "absent",
    eku: "absent",
    san: [],
    keyIdentifiers: false,
    extensions: [{ oid: id, critical: false, value }],
  });

  test("an extension that is there twice", async () => {
    await refused({ extensions: [unknownExtension(false), unknownExtension(false)] }, /99999\.1 is there twice/);
  });

  test("empty lists and trailing bytes", async () => {
    await refused(extension("2.5.29.17", sequence()), /2\.5\.29\.17: empty list/);
    await refused(extension("2.5.29.37", sequence()), /empty list/);
    await refused(extension("2.5.29.15", fromHex("0302078000")), /1 bytes too many/);
  });

  test("a path length without the CA flag", async () => {
    await refused(extension("2.5.29.19", fromHex("3003020101")), /path length without CA flag/);
    await refused(extension("2.5.29.19", fromHex("30060101ff0201ff")), /negative/);
  });

  test("host names with a NUL, addresses of a wrong length and kinds of name that do not exist", async () => {
    await refused(extension("2.5.29.17", sequence(fromHex("8203610062"))), /not printable ASCII/);
    await refused(extension("2.5.29.17", sequence(fromHex("8703010203"))), /neither 4 nor 16/);
    await refused(extension("2.5.29.17", sequence(fromHex("8900"))), /no such general name/);
  });

  test("values of the wrong type", async () => {
    for (const id of ["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.35", "2.5.29.37"])
      await refused(extension(id, fromHex("0500")), /tag .. expected, 05 found/);
  });

  test("a FALSE that DER would leave out is let pass: many CAs write it", async () => {
    const explicit = await makeLeaf({ issuer: root, ...extension("2.5.29.19", fromHex("3003010100")) });
    assert.deepEqual(parseCertificate(explicit.certDer).extensions.basicConstraints, { ca: false });
  });
});

test("the two signature algorithms must be the same", async () => {
  const other = await makeLeaf({ issuer: root, keyUsage: KeyUsageFlags.digitalSignature });
  const algorithm = toHex(sequence(oid("1.2.840.10045.4.3.2")));
  const hex = toHex(other.certDer);
  const at = hex.indexOf(algorithm);
  const changed = hex.slice(0, at) + algorithm.replace(/02$/, "03") + hex.slice(at + algorithm.length);
  assert.throws(() => parseCertificate(fromHex(changed)), /two different signature algorithms/);
});
