// What a device must refuse, each case in a real handshake: the reason is in the client's error, the alert goes to the
// server, and the device's key signs nothing. A swapped key share is in test/dtls/adversary.test.ts.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { AlertDescription } from "../../src/dtls/alert.ts";
import { PathValidator, type PathValidatorOptions } from "../../src/pki/path-validator.ts";
import { equalBytes } from "../../src/util/bytes.ts";
import {
  clientAuth,
  generateKeys,
  type IssuedCertificate,
  makeCa,
  makeLeaf,
  unknownExtension,
} from "../support/certificates.ts";
import { der, oid, sequence, text } from "../support/der.ts";
import { certificateAnswers, type Identity } from "../support/dtls-identity.ts";
import { clientIdentity, makePair, serverIdentity } from "../support/dtls-pair.ts";

const clock = { now: () => Date.parse("2026-06-01T12:00:00Z"), trusted: true };
let root: IssuedCertificate;
before(async () => {
  root = await makeCa();
});

interface Case {
  /** Leaf first. */
  readonly chain: () => Promise<readonly IssuedCertificate[]>;
  readonly reason: RegExp;
  readonly alert: number;
  readonly options?: Partial<PathValidatorOptions>;
}

const below = async (leaf: Parameters<typeof makeLeaf>[0], ca?: Parameters<typeof makeCa>[0]) => {
  if (!ca) return [await makeLeaf({ issuer: root, ...leaf })];
  const issuer = await makeCa({ issuer: root, ...ca });
  return [await makeLeaf({ issuer, ...leaf }), issuer];
};

/** SubjectPublicKeyInfo of a point on secp256k1: its generator. */
const foreignCurve = sequence(
  sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.10")),
  der(
    0x03,
    Uint8Array.of(0),
    Uint8Array.from(
      Buffer.from(
        "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        "hex",
      ),
    ),
  ),
);

const cases: Readonly<Record<string, Case>> = {
  expired: {
    chain: () => below({ notAfter: "2026-05-31T00:00:00Z" }),
    reason: /expired at 2026-05-31/,
    alert: AlertDescription.certificate_expired,
  },
  "not yet valid": {
    chain: () => below({ notBefore: "2026-06-02T00:00:00Z" }),
    reason: /valid from 2026-06-02/,
    alert: AlertDescription.certificate_expired,
  },
  "of another name": {
    chain: () => below({ san: [{ dns: "other.example" }] }),
    reason: /is not for "server.example": .*other.example/,
    alert: AlertDescription.certificate_unknown,
  },
  "without a subject alternative name": {
    chain: () => below({ san: [] }),
    reason: /is not for "server.example"/,
    alert: AlertDescription.certificate_unknown,
  },
  "a client's by its extended key usage": {
    chain: () => below({ eku: [clientAuth] }),
    reason: /may not be used for serverAuth/,
    alert: AlertDescription.unsupported_certificate,
  },
  "a CA's": {
    chain: () => below({ ca: true }),
    reason: /is a CA's and may not be used by a peer/,
    alert: AlertDescription.unsupported_certificate,
  },
  "of a CA that is not trusted": {
    chain: async () => {
      const stranger = await makeCa({ cn: "Stranger" });
      return [await makeLeaf({ issuer: stranger }), stranger];
    },
    reason: /"CN=Stranger" is issued by itself and is not among the trust anchors/,
    alert: AlertDescription.unknown_ca,
  },
  "self-signed": {
    chain: async () => [await makeLeaf()],
    reason: /is issued by itself and is not among the trust anchors/,
    alert: AlertDescription.unknown_ca,
  },
  revoked: {
    chain: () => below({}),
    reason: /was taken back/,
    alert: AlertDescription.certificate_revoked,
    options: { revoked: () => "was taken back" },
  },
  "below a CA that may have none below": {
    chain: async () => {
      const narrow = await makeCa({ issuer: root, pathLength: 0, cn: "Narrow" });
      const issuer = await makeCa({ issuer: narrow });
      return [await makeLeaf({ issuer }), issuer, narrow];
    },
    reason: /"CN=Narrow" allows 0 intermediate certificates below it; there are 1/,
    alert: AlertDescription.bad_certificate,
  },
  "outside its CA's name constraints": {
    chain: () => {
      const value = sequence(der(0xa0, sequence(text(0x82, "elsewhere.example"))));
      return below({}, { extensions: [{ oid: "2.5.29.30", critical: true, value }] });
    },
    reason: /constrained by "CN=Test Intermediate CA"/,
    alert: AlertDescription.bad_certificate,
  },
  "with an unknown critical extension": {
    chain: () => below({ extensions: [unknownExtension(true)] }),
    reason: /critical extension 1\.3\.6\.1\.4\.1\.99999\.1, which is not understood/,
    alert: AlertDescription.unsupported_certificate,
  },
  "with a bad signature": {
    chain: async () => below({ signingKeys: await generateKeys("P-256") }),
    reason: /has a signature that is not by the key of "CN=Test Root CA"/,
    alert: AlertDescription.bad_certificate,
  },
  "with a key on a curve that is not ours": {
    chain: () => below({ foreignSpki: foreignCurve }),
    reason: /public key that is not accepted; P-256, P-384, P-521 or RSA/,
    alert: AlertDescription.bad_certificate,
  },
  "signed with SHA-1": {
    chain: () => below({ hash: "SHA-1" }),
    reason: /ECDSA with SHA-1/,
    alert: AlertDescription.bad_certificate,
  },
  "with an RSA key of 1,024 bits": {
    chain: () => below({ keyKind: "RSA-1024" }),
    reason: /RSA key of 1024 bits; 2048 to/,
    alert: AlertDescription.bad_certificate,
  },
};

for (const [name, { chain, reason, alert, options }] of Object.entries(cases)) {
  test(`a server's certificate that is ${name} ends the handshake with the reason`, async () => {
    const ders = (await chain()).map(({ certDer }) => certDer);
    const peer = { role: "server", name: "server.example" } as const;
    const verdict = await new PathValidator({ anchors: [root.certDer], peer, clock, ...options }).verify(ders);
    const shown: Identity = { ...serverIdentity, chain: ders, sign: (...input) => serverIdentity.sign(...input) };
    const { client, simulation } = makePair({
      serverAnswers: certificateAnswers(shown),
      clientAnswers: (need) => {
        if (need.kind !== "validatePeer") return certificateAnswers(clientIdentity)(need);
        assert.ok(need.chain.every((each, i) => equalBytes(each, ders[i] ?? new Uint8Array())));
        return { kind: need.kind, verdict };
      },
    });
    client.start(0);
    simulation.run();
    const { error } = simulation.observers.client;
    assert.equal(error?.code, "CERTIFICATE_REFUSED");
    assert.match(error.message, reason);
    assert.equal(error.alert, alert);
    assert.equal(simulation.observers.server.error?.alert, alert);
    assert.equal(simulation.observers.client.needs("sign"), 0);
  });
}
