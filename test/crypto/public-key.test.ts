import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { describePublicKey, pointFromSpki, spkiFromPoint } from "../../src/crypto/public-key.ts";
import { concatBytes } from "../../src/util/bytes.ts";

const curves = ["P-256", "P-384", "P-521"] as const;

function ecSpki(namedCurve: string, paramEncoding: "named" | "explicit" = "named"): Uint8Array {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve, paramEncoding });
  return new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
}

for (const curve of curves) {
  test(`a ${curve} key is described, and its point leads back to it`, () => {
    const spki = ecSpki(curve);
    assert.deepEqual(describePublicKey(spki), { kind: "ec", curve });
    const point = pointFromSpki(spki);
    assert.equal(point[0], 4);
    assert.deepEqual(spkiFromPoint(curve, point), spki);
  });
}

test("RSA keys are described with the length of their modulus", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const spki = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  assert.deepEqual(describePublicKey(spki), { kind: "rsa", bits: 1024 });
  assert.equal(describePublicKey(concatBytes([spki, Uint8Array.of(0)])), undefined);
  assert.throws(() => pointFromSpki(spki), { code: "BAD_PUBLIC_KEY" });
});

test("other curves, explicit curve parameters and other kinds of key are not described", () => {
  assert.equal(describePublicKey(ecSpki("secp256k1")), undefined);
  assert.equal(describePublicKey(ecSpki("prime256v1", "explicit")), undefined);
  const ed25519 = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
  assert.equal(describePublicKey(new Uint8Array(ed25519)), undefined);
});

test("a point off the curve, compressed or of the wrong length is refused", () => {
  const point = pointFromSpki(ecSpki("P-256"));
  const off = point.slice();
  off[64] = (off[64] ?? 0) ^ 1;
  const bad = [off, point.subarray(0, 64), Uint8Array.of(2, ...point.subarray(1, 33)), new Uint8Array(65)];
  for (const bytes of bad) assert.throws(() => spkiFromPoint("P-256", bytes), { code: "BAD_PUBLIC_KEY" });
  assert.throws(() => spkiFromPoint("P-384", point), { code: "BAD_PUBLIC_KEY" });
});

test("any bytes are described or not, without an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => assert.equal(describePublicKey(bytes), undefined)),
    { numRuns: 300, seed: 1 },
  );
});
