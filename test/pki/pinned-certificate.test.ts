import assert from "node:assert/strict";
import { before, test } from "node:test";
import { sha256, sha384, sha512 } from "../../src/crypto/hash.ts";
import { PinnedCertificate } from "../../src/pki/pinned-certificate.ts";
import { type IssuedCertificate, makeCa, makeLeaf } from "../support/certificates.ts";

let pinned: IssuedCertificate;
let renewed: IssuedCertificate;

before(async () => {
  const root = await makeCa();
  pinned = await makeLeaf({ issuer: root, notAfter: "2021-01-01T00:00:00Z" });
  renewed = await makeLeaf({ issuer: root, keys: pinned.keys });
});

test("the very certificate is accepted, whatever its dates, name and issuer; another one of the same key is not", async () => {
  const { certDer } = pinned;
  const verifiers = [
    new PinnedCertificate({ match: "exact", certificate: certDer }),
    new PinnedCertificate({ match: "sha256", digest: sha256(certDer) }),
    new PinnedCertificate({ match: "sha384", digest: sha384(certDer) }),
    new PinnedCertificate({ match: "sha512", digest: sha512(certDer) }),
  ];
  for (const verifier of verifiers) {
    assert.deepEqual(await verifier.verify([certDer]), { accepted: true, publicKey: pinned.spki });
    assert.deepEqual(await verifier.verify([certDer, renewed.certDer]), { accepted: true, publicKey: pinned.spki });
    const verdict = await verifier.verify([renewed.certDer, certDer]);
    assert.ok(!verdict.accepted);
    assert.equal(verdict.code, "pin-mismatch");
    assert.match(verdict.message, /"CN=server\.example" is not the pinned one/);
  }
});

test("no certificate, and one that cannot be read, are malformed, the latter also when it is pinned", async () => {
  const rubbish = Uint8Array.of(0x30, 0x00);
  const verifier = new PinnedCertificate({ match: "exact", certificate: rubbish });
  for (const chain of [[], [rubbish]]) {
    const verdict = await verifier.verify(chain);
    assert.equal(verdict.accepted ? "accepted" : verdict.code, "malformed");
  }
});

test("a pin that cannot match is an error at once", () => {
  const code = "BAD_CERTIFICATE_PIN";
  assert.throws(() => new PinnedCertificate({ match: "exact", certificate: new Uint8Array(0) }), { code });
  assert.throws(() => new PinnedCertificate({ match: "sha256", digest: new Uint8Array(31) }), { code });
});
