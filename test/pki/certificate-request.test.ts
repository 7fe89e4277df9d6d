import "reflect-metadata";
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { before, test } from "node:test";
import * as x509 from "@peculiar/x509";
import { SoftwareSigner } from "../../src/credentials/adapters/file/software-signer.ts";
import type { Signer } from "../../src/credentials/ports/signer.ts";
import { PrivateKey } from "../../src/crypto/private-key.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import {
  createCertificateRequest,
  encodeCertificateRequest,
  encodeRequestInfo,
  isRequestSigned,
  parseCertificateRequest,
} from "../../src/pki/certificate-request.ts";
import { contentFromCertificate, contentFromProfile, type RequestProfile } from "../../src/pki/requested-content.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import { generateKeys, type KeyKind, makeLeaf } from "../support/certificates.ts";
import { mutateBytes } from "../support/mutate-bytes.ts";
import { enrolRequest, serverKeyRequest } from "../support/rfc9148-examples.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const { signal } = new AbortController();
const profile: RequestProfile = {
  commonName: "urn:dev:os:32473-000001",
  serialNumber: "000001",
  alternativeNames: [
    { kind: "uri", uri: "urn:dev:os:32473-000001" },
    { kind: "dns", name: "device.example" },
    { kind: "hardwareModule", type: "1.3.6.1.4.1.6715.10.1", serialNumber: Uint8Array.of(1, 2, 3, 4) },
  ],
};

let signer: Signer;
before(async () => {
  signer = await signerOf("P-256");
});

async function signerOf(kind: KeyKind): Promise<Signer> {
  const { privateKey } = await generateKeys(kind);
  const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey("pkcs8", privateKey));
  return new SoftwareSigner(PrivateKey.fromDer(pkcs8, "pkcs8"));
}

for (const [name, hex] of Object.entries({ enrolRequest, serverKeyRequest })) {
  test(`RFC 9148's example ${name} is read, is signed by its key, and is written as the same bytes`, () => {
    const request = parseCertificateRequest(fromHex(hex));
    assert.ok(isRequestSigned(request));
    assert.equal(toHex(encodeRequestInfo(request, request.publicKey)), toHex(request.info));
    assert.equal(toHex(encodeCertificateRequest(request.info, request.signatureAlgorithm, request.signature)), hex);
  });
}

test("the profile's names and usages are what the request says, to us and to another parser", async () => {
  const der = await createCertificateRequest(contentFromProfile(profile), signer, signal);
  const request = parseCertificateRequest(der);
  assert.ok(isRequestSigned(request));
  assert.equal(request.name.text, "CN=urn:dev:os:32473-000001, serialNumber=000001");
  assert.deepEqual(request.publicKey, signer.publicKey);
  assert.equal(request.challengePassword, undefined);
  const theirs = new x509.Pkcs10CertificateRequest(Uint8Array.from(der));
  assert.ok(await theirs.verify());
  const raw = (oid: string): ArrayBuffer => theirs.getExtension(oid)?.rawData ?? assert.fail(`no extension ${oid}`);
  const names = new x509.SubjectAlternativeNameExtension(raw("2.5.29.17")).names.toJSON();
  assert.deepEqual(names.slice(0, 2), [
    { type: "url", value: "urn:dev:os:32473-000001" },
    { type: "dns", value: "device.example" },
  ]);
  assert.equal(new x509.KeyUsagesExtension(raw("2.5.29.15")).usages, x509.KeyUsageFlags.digitalSignature);
  assert.deepEqual([...new x509.ExtendedKeyUsageExtension(raw("2.5.29.37")).usages], ["1.3.6.1.5.5.7.3.2"]);
});

test("the hardware module's name is written as RFC 9148's example has it", () => {
  const [module] = profile.alternativeNames?.slice(2) ?? [];
  assert.ok(module);
  const content = contentFromProfile({ commonName: "a", alternativeNames: [module] });
  const example = parseCertificateRequest(fromHex(enrolRequest)).extensions[0];
  assert.equal(toHex(content.extensions.at(-1)?.value ?? new Uint8Array()), toHex(example?.value ?? new Uint8Array()));
});

test("a profile without usages asks for none, and one may be widened", () => {
  const none = contentFromProfile({ commonName: "a", keyUsage: [], extendedKeyUsage: [] });
  assert.deepEqual(none.extensions, []);
  const wide = contentFromProfile({
    commonName: "a",
    keyUsage: ["digitalSignature", "keyAgreement"],
    extendedKeyUsage: [],
  });
  assert.deepEqual(
    wide.extensions.map(({ value }) => toHex(value)),
    ["03020388"],
  );
});

test("a common name of other letters is UTF-8, one that fits is a PrintableString", () => {
  const tagOf = (commonName: string): number | undefined => contentFromProfile({ commonName }).subject[2 + 2 + 2 + 5];
  assert.equal(tagOf("device-1"), 0x13);
  assert.equal(tagOf("gerät"), 0x0c);
  assert.equal(tagOf("a_b"), 0x0c);
});

test("a profile that cannot be written names the part to look at", () => {
  const code = "BAD_REQUEST_PROFILE";
  const bad: readonly [RequestProfile, RegExp][] = [
    [{ commonName: "" }, /commonName must have 1 to 64/],
    [{ commonName: "x".repeat(65) }, /commonName must have 1 to 64 characters, not 65/],
    [{ commonName: "a", serialNumber: "" }, /serialNumber must/],
    [{ commonName: "a", extendedKeyUsage: ["clientAuth"] }, /extendedKeyUsage has "clientAuth"/],
    [{ commonName: "a", alternativeNames: [{ kind: "dns", name: "a b" }] }, /kind dns must be printable/],
    [{ commonName: "a", alternativeNames: [{ kind: "uri", uri: "" }] }, /kind uri must be printable/],
  ];
  for (const [each, message] of bad) assert.throws(() => contentFromProfile(each), { code, message });
});

test("a re-enrolment has the subject and alternative name of the present certificate, byte for byte", async () => {
  const { certDer } = await makeLeaf({ subject: "C=DE, CN=gerät", san: [{ dns: "a.example" }, { ip: "10.0.0.1" }] });
  const present = parseCertificate(certDer);
  const content = contentFromCertificate(present, profile);
  const request = parseCertificateRequest(await createCertificateRequest(content, signer, signal));
  assert.deepEqual(request.subject, present.subject.der);
  const names = request.extensions.find(({ oid }) => oid === "2.5.29.17");
  assert.deepEqual(names?.value, present.extensions.subjectAlternativeNameDer);
  const bare = parseCertificate((await makeLeaf({ san: [] })).certDer);
  assert.equal(contentFromCertificate(bare, profile).extensions.length, 2);
});

test("a challenge password goes with the request", async () => {
  const content = { ...contentFromProfile(profile), challengePassword: "AbCd+/0123456789" };
  const request = parseCertificateRequest(await createCertificateRequest(content, signer, signal));
  assert.equal(request.challengePassword, "AbCd+/0123456789");
  assert.ok(isRequestSigned(request));
});

test("a P-384 key signs requests too", async () => {
  const request = await createCertificateRequest(contentFromProfile(profile), await signerOf("P-384"), signal);
  assert.ok(isRequestSigned(parseCertificateRequest(request)));
});

test("a signature by another key is found before the request leaves, and its sender is told", async () => {
  const other = await signerOf("P-256");
  const wrong: Signer = {
    publicKey: other.publicKey,
    schemes: signer.schemes,
    sign: (...parameters) => signer.sign(...parameters),
  };
  await assert.rejects(createCertificateRequest(contentFromProfile(profile), wrong, signal), {
    code: "REQUEST_NOT_SIGNED",
    message: /not by the key it is for/,
  });
});

test("a request with any bit changed is malformed or not signed", async () => {
  const der = await createCertificateRequest(contentFromProfile(profile), signer, signal);
  for (let at = 0; at < der.length; at += 3) {
    const changed = der.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    assert.ok(!signedOrMalformed(changed), `byte ${at}`);
  }
});

function signedOrMalformed(der: Uint8Array): boolean {
  try {
    return isRequestSigned(parseCertificateRequest(der));
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return false;
  }
}

test("a request cut short anywhere, or with a byte too many, is malformed", () => {
  const der = fromHex(enrolRequest);
  for (let length = 0; length < der.length; length++)
    assert.throws(() => parseCertificateRequest(der.subarray(0, length)), DecodeError);
  assert.throws(() => parseCertificateRequest(Uint8Array.of(...der, 0)), DecodeError);
});

test("any bytes are a request or a DecodeError", () => {
  const example = fromHex(enrolRequest);
  const random = new SeededRandom(1);
  for (let i = 0; i < 2000; i++) signedOrMalformed(mutateBytes(random, example));
});
