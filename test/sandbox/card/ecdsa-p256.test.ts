import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { test } from "node:test";
import { hashBytes, sha256 } from "../../../src/crypto/hash.ts";
import { signDigest, verifyDigest } from "../../../src/sandbox/card/ecdsa-p256.ts";
import { decodePoint, inverse, multiply, multiplyBase, order, publicPoint } from "../../../src/sandbox/card/p256.ts";
import { encodeUtf8, fromHex, toHex } from "../../../src/util/bytes.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { rfc6979Key, rfc6979Point } from "../../support/virtual-sim.ts";

const key = fromHex(rfc6979Key);

/** RFC 6979 A.2.5: hash, message, r and s. */
const rfcVectors = [
  [
    "sha256",
    "sample",
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
  ],
  [
    "sha256",
    "test",
    "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
    "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
  ],
] as const;

for (const [hash, message, r, s] of rfcVectors) {
  test(`the signature of "${message}" with ${hash} is that of RFC 6979 A.2.5`, () => {
    const signature = signDigest(key, hashBytes(hash, encodeUtf8(message)));
    assert.equal(toHex(signature).toUpperCase(), r + s);
  });
}

test("the public key of RFC 6979 A.2.5 belongs to its private key", () => {
  assert.equal(toHex(publicPoint(key)).toUpperCase(), rfc6979Point);
});

test("OpenSSL verifies our signatures of any message", () => {
  const random = new SeededRandom(7);
  const { publicKey, scalar } = freshKey();
  for (let i = 0; i < 50; i++) {
    const message = random.randomBytes(random.below(200));
    const signature = signDigest(scalar, sha256(message));
    assert.ok(verify("sha256", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature));
  }
});

test("signatures by OpenSSL verify here, also of digests longer than the curve", () => {
  const { publicKey, privateKey, point } = freshKey();
  for (const hash of ["sha256", "sha384", "sha512"] as const) {
    const message = encodeUtf8(`message for ${hash}`);
    const signature = new Uint8Array(sign(hash, message, { key: privateKey, dsaEncoding: "ieee-p1363" }));
    assert.ok(verifyDigest(point, hashBytes(hash, message), signature));
    const ours = signDigest(scalarOf(privateKey), hashBytes(hash, message));
    assert.ok(verify(hash, message, { key: publicKey, dsaEncoding: "ieee-p1363" }, ours));
  }
});

test("a signature with any byte changed does not verify", () => {
  const digest = sha256(encodeUtf8("sample"));
  const good = signDigest(key, digest);
  const point = publicPoint(key);
  assert.ok(verifyDigest(point, digest, good));
  for (let i = 0; i < good.length; i += 5) {
    const bad = good.slice();
    bad[i] = (bad[i] ?? 0) ^ 1;
    assert.ok(!verifyDigest(point, digest, bad), `byte ${i}`);
  }
});

test("zero, the order and wrong lengths are no signature", () => {
  const digest = sha256(encodeUtf8("sample"));
  const point = publicPoint(key);
  const good = signDigest(key, digest);
  const n = order.toString(16);
  const zero = "00".repeat(32);
  for (const bad of [zero + zero, n + n, toHex(good.subarray(0, 32)) + zero, toHex(good.subarray(1)), ""]) {
    assert.ok(!verifyDigest(point, digest, fromHex(bad)));
  }
});

test("a point off the curve, compressed or cut is no public key", () => {
  const good = fromHex(rfc6979Point);
  const off = good.slice();
  off[64] = (off[64] ?? 0) ^ 1;
  for (const bad of [off, good.subarray(1), good.subarray(0, 64), Uint8Array.of(2, ...good.subarray(1, 33))]) {
    assert.equal(decodePoint(bad), undefined);
  }
});

test("double and add agrees with OpenSSL's multiples of the generator, and ends at infinity", () => {
  const generator = multiplyBase(1n);
  for (const scalar of [1n, 2n, 3n, 12345678901234567890n, order - 1n]) {
    assert.deepEqual(multiply(scalar, generator), multiplyBase(scalar));
  }
  assert.equal(multiply(order, generator), undefined);
  assert.equal(multiplyBase(0n), undefined);
  assert.equal((inverse(3n, order) * 3n) % order, 1n);
});

function freshKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const scalar = scalarOf(privateKey);
  return { privateKey, publicKey, scalar, point: publicPoint(scalar) };
}

function scalarOf(privateKey: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url"));
}
