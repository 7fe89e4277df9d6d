import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { SoftwareSigner } from "../../../src/credentials/adapters/file/software-signer.ts";
import { PrivateKey } from "../../../src/crypto/private-key.ts";
import { DtlsError } from "../../../src/dtls/dtls-error.ts";
import { acceptCaCertificates, sortCaCertificates } from "../../../src/est/enrolment/ca-certificates.ts";
import { isIdentityRefused } from "../../../src/est/enrolment/identity-refused.ts";
import { checkIssued, type IssuedChecks } from "../../../src/est/enrolment/issued-certificate.ts";
import { createCertificateRequest } from "../../../src/pki/certificate-request.ts";
import { contentFromProfile } from "../../../src/pki/requested-content.ts";
import {
  type CertificateOptions,
  clientAuth,
  type IssuedCertificate,
  KeyUsageFlags,
  makeCa,
  makeLeaf,
  serverAuth,
} from "../../support/certificates.ts";

const clock = { now: () => Date.parse("2026-06-01T12:00:00Z"), trusted: true };
const code = "EST_CERTIFICATE_UNFIT";
const { signal } = new AbortController();

let root: IssuedCertificate;
let issuing: IssuedCertificate;
let device: IssuedCertificate;
let csr: Uint8Array;

before(async () => {
  root = await makeCa();
  issuing = await makeCa({ issuer: root });
  device = await issue({});
  const signer = new SoftwareSigner(PrivateKey.fromDer(device.keyPkcs8Der, "pkcs8"));
  const names = [{ kind: "dns", name: "device-1.example" }] as const;
  csr = await createCertificateRequest(
    contentFromProfile({ commonName: "device-1", alternativeNames: names }),
    signer,
    signal,
  );
});

function issue(options: CertificateOptions): Promise<IssuedCertificate> {
  const keys = device ? { keys: device.keys } : {};
  return makeLeaf({
    issuer: issuing,
    cn: "device-1",
    san: [{ dns: "device-1.example" }],
    eku: [clientAuth],
    ...keys,
    ...options,
  });
}

function check(answer: readonly IssuedCertificate[], checks: Partial<IssuedChecks> = {}) {
  const caCertificates = [root.certDer];
  return checkIssued(
    answer.map(({ certDer }) => certDer),
    csr,
    { clock, caCertificates, ...checks },
  );
}

suite("an issued certificate", () => {
  test("is found by its key, wherever it stands, and its chain is what a handshake sends", () => {
    for (const answer of [
      [device, issuing],
      [issuing, device],
      [root, issuing, device],
    ]) {
      const { chain, differences } = check(answer);
      assert.deepEqual(chain, [device.certDer, issuing.certDer]);
      assert.deepEqual(differences, []);
    }
  });

  test("finds its intermediates in the set of CA certificates when it came without", () => {
    const { chain } = check([device], { caCertificates: [issuing.certDer, root.certDer] });
    assert.deepEqual(chain, [device.certDer, issuing.certDer]);
  });

  test("without a set of CA certificates is taken as it is", () => {
    const answer = [device.certDer, issuing.certDer];
    assert.deepEqual(checkIssued(answer, csr, { clock }).chain, answer);
  });

  test("for another key, expired, ending soon, of tomorrow, a server's, not for signatures, or untrusted is not taken", async () => {
    const cases: readonly [CertificateOptions, RegExp][] = [
      [{ keys: (await makeLeaf()).keys }, /none of what came is for the requested key/],
      [{ notAfter: "2026-05-01T00:00:00Z" }, /ends too soon, at 2026-05-01/],
      [{ notAfter: "2026-06-01T12:30:00Z" }, /ends too soon/],
      [{ notBefore: "2026-06-02T00:00:00Z" }, /valid from 2026-06-02/],
      [{ eku: [serverAuth] }, /may not be used for clientAuth/],
      [{ keyUsage: KeyUsageFlags.keyAgreement }, /digital signatures/],
      [{ issuer: await makeCa({ cn: "Stranger" }) }, /"CN=Stranger"/],
      [{ ca: true }, /is a CA's/],
    ];
    for (const [options, message] of cases) {
      const answer = [await issue(options), issuing];
      assert.throws(() => check(answer), { code, message }, String(message));
    }
    assert.throws(() => checkIssued([Uint8Array.of(1)], csr, { clock }), { code });
  });

  test("without extended key usage is taken, and while the clock is not set no date is judged", async () => {
    assert.ok(check([await issue({ eku: "absent" }), issuing]));
    const unset = { now: () => 0, trusted: false };
    assert.ok(check([await issue({ notAfter: "2026-05-01T00:00:00Z" }), issuing], { clock: unset }));
  });

  test("with other names than asked for is taken with a word about it, or refused where that is the policy", async () => {
    const renamed = await issue({ cn: "somebody", san: [] });
    const { differences } = check([renamed, issuing]);
    assert.match(
      differences.join(),
      /its subject is "CN=somebody", asked for was "CN=device-1",its subject alternative/,
    );
    assert.throws(() => check([renamed, issuing], { otherNames: "refuse" }), { code, message: /CN=somebody/ });
    assert.ok(check([device, issuing], { otherNames: "refuse" }));
  });
});

suite("a set of CA certificates", () => {
  test("has its self-signed ones for anchors; the others only link", async () => {
    const renewed = await makeCa();
    const link = await makeCa({ issuer: root, subject: root.certificate.subject, keys: renewed.keys });
    const set = [link, root, renewed, root].map(({ certDer }) => certDer);
    const { anchors, intermediates } = sortCaCertificates(set);
    assert.deepEqual(anchors, [root.certDer, renewed.certDer]);
    assert.deepEqual(intermediates, [link.certDer]);
  });

  test("is taken when it vouches for the present server and the own certificate, and not otherwise", async () => {
    const server = { chain: [(await makeLeaf({ issuer: root })).certDer], name: "server.example" };
    const own = [device.certDer, issuing.certDer];
    assert.ok(await acceptCaCertificates([root.certDer], { clock, server, own }));
    const stranger = await makeCa({ cn: "Stranger" });
    const strange = { chain: [(await makeLeaf({ issuer: stranger })).certDer], name: "server.example" };
    const refused: readonly [readonly Uint8Array[], object, RegExp][] = [
      [[], {}, /no self-signed certificate/],
      [[issuing.certDer], {}, /no self-signed certificate/],
      [[stranger.certDer], { server }, /does not vouch for the server of this very session/],
      [[stranger.certDer], { own }, /does not vouch for the certificate in use/],
      [[root.certDer], { server: strange }, /"CN=Stranger"/],
      [[root.certDer], { server: { ...server, name: "other.example" } }, /is not for "other.example"/],
    ];
    for (const [set, checks, message] of refused)
      await assert.rejects(acceptCaCertificates(set, { clock, ...checks }), { code, message });
  });
});

test("a refusal of our identity is an alert of the peer about certificates, however deep among the causes", () => {
  const alert = (code: "ALERT_RECEIVED" | "CERTIFICATE_REFUSED", description: number) =>
    new DtlsError(code, "", { alert: description });
  const refused = alert("ALERT_RECEIVED", 45);
  assert.ok(isIdentityRefused(refused));
  assert.ok(isIdentityRefused(new Error("a", { cause: new Error("b", { cause: refused }) })));
  assert.ok(isIdentityRefused(new AggregateError([new Error("a"), refused])));
  assert.ok(!isIdentityRefused(alert("CERTIFICATE_REFUSED", 45)));
  assert.ok(!isIdentityRefused(alert("ALERT_RECEIVED", 40)));
  assert.ok(!isIdentityRefused(new Error("a")));
  assert.ok(!isIdentityRefused("a"));
});
