import "reflect-metadata";
import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { parseCrl } from "../../src/pki/crl.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { RevocationLists, type RevocationOptions } from "../../src/pki/revocation-lists.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import {
  type IssuedCertificate,
  KeyUsageFlags,
  makeCa,
  makeLeaf,
  type RawExtension,
  unknownExtension,
} from "../support/certificates.ts";
import { der, sequence, text } from "../support/der.ts";
import { mutateBytes } from "../support/mutate-bytes.ts";
import { type CrlOptions, makeCrl } from "../support/revocation-list.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const clock = { now: () => now, trusted: true };
let root: IssuedCertificate;
let leaf: IssuedCertificate;
let good: Uint8Array;
let bad: Uint8Array;

before(async () => {
  root = await makeCa();
  leaf = await makeLeaf({ issuer: root, serialNumber: "00c0ffee" });
  good = await crl({});
  bad = await crl({ entries: [{ serialNumber: "00c0ffee", revocationDate: new Date("2026-05-01T00:00:00Z") }] });
});

const crl = (options: Partial<CrlOptions>) => makeCrl({ issuer: root, ...options });

async function judge(crls: readonly Uint8Array[], overrides: Partial<RevocationOptions> = {}, chain = [leaf]) {
  const { revoked } = new RevocationLists({ crls, clock, missing: "hard-fail", ...overrides });
  const peer = { role: "server", name: "server.example" } as const;
  const options = { anchors: [root.certDer], peer, clock, revoked };
  const verdict = await new PathValidator(options).verify(chain.map(({ certDer }) => certDer));
  return verdict.accepted ? "accepted" : `${verdict.code}: ${verdict.message}`;
}

suite("revocation", () => {
  test("a certificate on its issuer's list is refused with the date, one that is not on it is accepted", async () => {
    assert.match(await judge([bad]), /^revoked: certificate "CN=server.example" was revoked at 2026-05-01/);
    assert.equal(await judge([good]), "accepted");
  });

  test("several lists are all looked at", async () => {
    assert.match(await judge([good, bad]), /was revoked/);
    assert.match(await judge([bad, good]), /was revoked/);
  });

  test("without a list, hard-fail refuses and soft-fail accepts", async () => {
    const stranger = await crl({ issuer: await makeCa({ cn: "Stranger" }) });
    for (const crls of [[], [stranger]]) {
      assert.match(await judge(crls), /revoked one: there is no list by "CN=Test Root CA" for it/);
      assert.equal(await judge(crls, { missing: "soft-fail" }), "accepted");
    }
  });

  test("every issuer in the path needs its list, the anchor excepted", async () => {
    const intermediate = await makeCa({ issuer: root, serialNumber: "00c0ffee" });
    const below = await makeLeaf({ issuer: intermediate });
    const own = await crl({ issuer: intermediate });
    assert.match(await judge([good], {}, [below, intermediate]), /"CN=server.example" cannot be told/);
    assert.equal(await judge([good, own], {}, [below, intermediate]), "accepted");
    assert.match(await judge([bad, own], {}, [below, intermediate]), /"CN=Test Intermediate CA" was revoked/);
  });
});

suite("lists that cannot be relied on", () => {
  test("one signed by another key says nothing, neither good nor bad", async () => {
    const thief = await makeCa();
    const entries = [{ serialNumber: "00c0ffee", revocationDate: new Date("2026-05-01T00:00:00Z") }];
    assert.match(await judge([await crl({ signer: thief })]), /not signed by its issuer's key/);
    assert.equal(await judge([await crl({ signer: thief, entries })], { missing: "soft-fail" }), "accepted");
  });

  test("one that has ended no longer clears anybody, but still tells of the revoked", async () => {
    const nextUpdate = "2026-05-20T00:00:00Z";
    assert.match(await judge([await crl({ nextUpdate })]), /its list ended at 2026-05-20/);
    assert.equal(await judge([await crl({ nextUpdate })], { skewMs: 20 * 86_400_000 }), "accepted");
    const entries = [{ serialNumber: "00c0ffee", revocationDate: new Date("2026-05-01T00:00:00Z") }];
    assert.match(await judge([await crl({ nextUpdate, entries })], { missing: "soft-fail" }), /was revoked/);
    assert.match(await judge([await crl({ nextUpdate: "none" })]), /no end/);
  });

  test("one from the future clears nobody; a clock that is not set judges no dates", async () => {
    const tomorrow = await crl({ thisUpdate: "2026-06-02T00:00:00Z" });
    assert.match(await judge([tomorrow]), /from the future, 2026-06-02/);
    const unset = { now: () => 0, trusted: false };
    assert.equal(await judge([tomorrow], { clock: unset }), "accepted");
  });

  test("an issuer without cRLSign has no list", async () => {
    const mute = await makeCa({ issuer: root, keyUsage: KeyUsageFlags.keyCertSign });
    const below = await makeLeaf({ issuer: mute });
    assert.match(await judge([good, await crl({ issuer: mute })], {}, [below, mute]), /no cRLSign/);
  });

  test("an unknown critical extension, a delta, an indirect list and a part of a list are not relied on", async () => {
    const point = (...fields: readonly Uint8Array[]): RawExtension => ({
      oid: "2.5.29.28",
      critical: true,
      value: sequence(...fields),
    });
    const yes = Uint8Array.of(0xff);
    const lists = [
      unknownExtension(true),
      { oid: "2.5.29.27", critical: true, value: der(0x02, Uint8Array.of(1)) },
      point(der(0x84, yes)),
      point(der(0x83, Uint8Array.of(1, 0x60))),
      point(der(0xa0, der(0xa0, text(0x86, "http://a.example/1")))),
    ];
    for (const extension of lists)
      assert.match(await judge([await crl({ extensions: [extension] })]), /critical extension/, extension.oid);
    assert.equal(await judge([await crl({ extensions: [unknownExtension(false)] })]), "accepted");
  });

  test("a list of users' or of CAs' certificates counts for those", async () => {
    const only = (n: number): RawExtension => ({
      oid: "2.5.29.28",
      critical: true,
      value: sequence(der(0x80 | n, Uint8Array.of(0xff))),
    });
    assert.equal(await judge([await crl({ extensions: [only(1)] })]), "accepted");
    assert.match(await judge([await crl({ extensions: [only(2)] })]), /there is no list/);
  });
});

suite("the parser", () => {
  test("what is not a CRL is an error of configuration", () => {
    const options = { clock, missing: "hard-fail" } as const;
    assert.throws(() => new RevocationLists({ ...options, crls: [good, Uint8Array.of(1)] }), {
      code: "BAD_CRL",
      message: /revocation list 2/,
    });
  });

  test("a list cut short anywhere is malformed, and any damage is a list or a DecodeError", () => {
    for (let length = 0; length < bad.length; length++)
      assert.throws(() => parseCrl(bad.subarray(0, length)), DecodeError);
    const random = new SeededRandom(1);
    for (let i = 0; i < 2000; i++) {
      try {
        parseCrl(mutateBytes(random, bad));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }
  });
});
