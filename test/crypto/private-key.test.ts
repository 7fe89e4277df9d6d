import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { PrivateKey } from "../../src/crypto/private-key.ts";
import { SignatureScheme } from "../../src/crypto/signature-scheme.ts";
import { verifySignature } from "../../src/crypto/verify.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";

const message = encodeUtf8("to be signed");
const schemes = Object.values(SignatureScheme);

function ecKey(namedCurve: string, type: "pkcs8" | "sec1"): Uint8Array {
  return new Uint8Array(generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type, format: "der" }));
}

test("EC keys in PKCS #8 and SEC 1 sign with ECDSA and not with RSA", () => {
  for (const curve of ["P-256", "P-384"])
    for (const form of ["pkcs8", "sec1"] as const) {
      const key = PrivateKey.fromDer(ecKey(curve, form), form);
      assert.deepEqual(key.description, { kind: "ec", curve });
      for (const scheme of schemes.filter((each) => each !== SignatureScheme.rsa_pkcs1_sha256))
        assert.ok(verifySignature(key.publicKey, scheme, message, key.sign(message, scheme)));
      assert.throws(() => key.sign(message, SignatureScheme.rsa_pkcs1_sha256), { code: "BAD_PRIVATE_KEY" });
    }
});

test("RSA keys sign with RSA and not with ECDSA", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = PrivateKey.fromDer(new Uint8Array(privateKey.export({ type: "pkcs1", format: "der" })), "pkcs1");
  const scheme = SignatureScheme.rsa_pkcs1_sha256;
  assert.ok(verifySignature(key.publicKey, scheme, message, key.sign(message, scheme)));
  assert.throws(() => key.sign(message, SignatureScheme.ecdsa_secp256r1_sha256), { code: "BAD_PRIVATE_KEY" });
});

test("what is no key, and a key of another kind, is refused without a cause that could quote it", () => {
  const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0x30, 0), ecKey("secp256k1", "pkcs8"), new Uint8Array(ed25519)])
    assert.throws(
      () => PrivateKey.fromDer(bytes, "pkcs8"),
      (error) => error instanceof Error && "code" in error && error.code === "BAD_PRIVATE_KEY" && !error.cause,
    );
});

test("a private key shows nothing of itself when it is printed or serialised", () => {
  const key = PrivateKey.fromDer(ecKey("P-256", "pkcs8"), "pkcs8");
  assert.deepEqual(Object.keys(key).sort(), ["description", "publicKey"]);
});

test("entropy has the length asked for and does not repeat", () => {
  assert.equal(nodeEntropy.randomBytes(0).length, 0);
  assert.equal(nodeEntropy.randomBytes(32).length, 32);
  assert.notDeepEqual(nodeEntropy.randomBytes(32), nodeEntropy.randomBytes(32));
});
