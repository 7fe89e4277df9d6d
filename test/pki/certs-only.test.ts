import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { encodeCertsOnly, parseCertsOnly } from "../../src/pki/certs-only.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { testCodec } from "../support/codec-properties.ts";
import { der, oid, sequence, set } from "../support/der.ts";
import { cacertsResponse, enrolResponse, serverKeyCertificate } from "../support/rfc9148-examples.ts";

const element = fc.uint8Array({ maxLength: 40 }).map((bytes) => sequence(der(0x04, bytes)));
const value = fc.record({
  certificates: fc.array(element, { minLength: 1, maxLength: 3 }),
  crls: fc.array(element, { maxLength: 2 }),
});

testCodec({
  name: "a certs-only message",
  decode: parseCertsOnly,
  encode: encodeCertsOnly,
  examples: [cacertsResponse, enrolResponse, serverKeyCertificate].map((hex) => ({
    hex,
    value: parseCertsOnly(fromHex(hex)),
  })),
  values: value,
});

test("RFC 9148's answers hold the certificates that its appendix C describes", () => {
  const subjects = [cacertsResponse, enrolResponse].map((hex) => {
    const { certificates, crls } = parseCertsOnly(fromHex(hex));
    assert.deepEqual(crls, []);
    return certificates.map((each) => parseCertificate(each));
  });
  assert.equal(subjects[0]?.[0]?.subject.text, "C=US, ST=CA, L=LA, O=Example Inc, OU=certification, CN=Root CA");
  const issued = subjects[1]?.[0];
  assert.equal(issued?.subject.text, "C=US, ST=CA, L=LA, O=example Inc, OU=IoT, serialNumber=Wt1234");
  assert.equal(issued?.notAfter, Date.UTC(9999, 11, 31, 23, 59, 59));
});

test("a message without certificates and CRLs is read as such", () => {
  const bare = encodeCertsOnly({ certificates: [] });
  assert.deepEqual(parseCertsOnly(bare), { certificates: [] });
});

const signedDataOid = oid("1.2.840.113549.1.7.2");
const content = sequence(oid("1.2.840.113549.1.7.1"));
const version = der(0x02, Uint8Array.of(1));
const message = (...fields: readonly Uint8Array[]): Uint8Array =>
  sequence(signedDataOid, der(0xa0, sequence(version, set(), ...fields)));

test("what signs, carries content, or is of another kind is refused", () => {
  assert.doesNotThrow(() => parseCertsOnly(message(content, set())));
  const refused: readonly [Uint8Array, RegExp][] = [
    [message(content, set(sequence())), /signed by somebody/],
    [message(sequence(oid("1.2.840.113549.1.7.1"), der(0xa0, der(0x04))), set()), /bytes too many/],
    [message(sequence(oid("1.2.840.113549.1.7.6")), set()), /content type .* expected/],
    [sequence(oid("1.2.840.113549.1.7.1"), der(0xa0, sequence())), /content type .* expected/],
    [message(content, der(0xa0, der(0xa2)), set()), /tag 30 expected, a2 found/],
    [message(content, der(0xa0, ...Array.from({ length: 33 }, () => sequence())), set()), /more than 32/],
  ];
  for (const [bytes, reason] of refused) assert.throws(() => parseCertsOnly(bytes), reason);
});

test("indefinite lengths, which CMS allows and DER does not, are refused", () => {
  assert.throws(
    () => parseCertsOnly(fromHex("3080 06092a864886f70d010702 a080 0000 0000".replaceAll(" ", ""))),
    /indefinite/,
  );
});
