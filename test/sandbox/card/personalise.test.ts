import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { issueCertificate } from "../../../src/sandbox/card/issue-certificate.ts";
import { type PersonaliseOptions, personalise } from "../../../src/sandbox/card/personalise.ts";
import { fromHex } from "../../../src/util/bytes.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { HexSim } from "../../support/virtual-sim.ts";

const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };

function options(more: Partial<PersonaliseOptions> = {}): PersonaliseOptions {
  return { commonName: "urn:imei:123456789012345", entropy: new SeededRandom(3), ...dates, ...more };
}

async function certificateOf(sim: HexSim): Promise<X509Certificate> {
  const parts = [await sim.ask("80B0000003830103"), await sim.ask("80B0010003830103")];
  return new X509Certificate(fromHex(parts.map((part) => part.slice(0, -4)).join("")));
}

async function authority(namedCurve: "P-256" | "P-384") {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  const keys = {
    privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
  };
  const serialNumber = new Uint8Array(16).fill(9);
  const certificate = await issueCertificate({ commonName: "A test CA", ...keys, ...dates, serialNumber });
  return { certificate, privateKey: keys.privateKey };
}

for (const curve of ["P-256", "P-384"] as const) {
  test(`a fresh SIM has a key whose certificate a ${curve} authority issued, and an empty slot`, async () => {
    const ca = await authority(curve);
    const sim = await new HexSim(await personalise(options({ ca }))).selected();
    const certificate = await certificateOf(sim);
    assert.equal(certificate.issuer, new X509Certificate(ca.certificate).subject);
    assert.ok(certificate.verify(new X509Certificate(ca.certificate).publicKey));
    assert.equal(certificate.subject, "CN=urn:imei:123456789012345");
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    const spki = certificate.publicKey
      .export({ format: "der", type: "spki" })
      .subarray(-65)
      .toString("hex")
      .toUpperCase();
    assert.equal(await sim.ask("80CD000003850101"), `344549438641${spki}9000`);
    assert.equal(await sim.ask("80CD000003850102"), "6985");
  });
}

test("without an authority the certificate is self-signed", async () => {
  const sim = await new HexSim(await personalise(options())).selected();
  const certificate = await certificateOf(sim);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.subject, certificate.issuer);
});

test("the same seed makes the same card, certificate excepted", async () => {
  const [one, two] = [await personalise(options()), await personalise(options())];
  assert.deepEqual({ ...one, files: [] }, { ...two, files: [] });
  const other = await personalise(options({ entropy: new SeededRandom(4) }));
  assert.notEqual(other.appletId, one.appletId);
  assert.notEqual(other.keyPairs[0]?.privateKey, one.keyPairs[0]?.privateKey);
});

test("file size, form and identifiers are the caller's choice", async () => {
  const ids = { key: "303031", publicKey: "303032", spare: "303033", certificate: "303034" };
  const padded = await personalise(options({ fileSize: 1000, ids }));
  const sim = await new HexSim(padded).selected();
  assert.match(await sim.ask("80CBC30005830330303 4".replace(" ", "")), /200203E89000$/);
  assert.match(await sim.ask("80CD00000585033030 32".replace(" ", "")), /9000$/);
  const pem = await new HexSim(await personalise(options({ storedAs: "pem" }))).selected();
  assert.match(await pem.ask("80B0000003830103"), /^2D2D2D2D2D424547494E/);
});

test("a common name with every special character stays one name", async () => {
  const commonName = 'a,b+c=d"e\\f<g>;#h';
  const sim = await new HexSim(await personalise(options({ commonName }))).selected();
  const { subject } = (await certificateOf(sim)).toLegacyObject();
  assert.deepEqual({ ...subject }, { CN: commonName });
});

test("an authority that can't be used is told by what is wrong with it", async () => {
  const ca = await authority("P-256");
  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ format: "pem", type: "pkcs8" });
  for (const bad of [{ certificate: "x" }, { privateKey: "x" }, { privateKey: rsa.toString() }]) {
    await assert.rejects(personalise(options({ ca: { ...ca, ...bad } })), { code: "BAD_CA" });
  }
});
