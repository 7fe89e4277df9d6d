import assert from "node:assert/strict";
import { test } from "node:test";
import { keyPairFromScalar, nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";

const groups = Object.entries(NamedGroup);
const badPeerKey = { code: "BAD_PEER_KEY" };
/** RFC 5903 §8.1, the initiator's public key. */
const p256Point = fromHex(
  "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
);

for (const [name, group] of groups) {
  test(`two ${name} keys agree on the same secret`, () => {
    const a = nodeEphemeralKeys.generate(group);
    const b = nodeEphemeralKeys.generate(group);
    assert.deepEqual(a.agree(b.publicKey), b.agree(a.publicKey));
    assert.equal(a.agree(b.publicKey).length, group === NamedGroup.secp384r1 ? 48 : 32);
    assert.notDeepEqual(a.publicKey, b.publicKey);
  });

  test(`a peer's ${name} key cut at any length, or one byte longer, is refused`, () => {
    const { publicKey } = nodeEphemeralKeys.generate(group);
    const own = nodeEphemeralKeys.generate(group);
    for (let length = 0; length < publicKey.length; length++)
      assert.throws(() => own.agree(publicKey.subarray(0, length)), badPeerKey);
    assert.throws(() => own.agree(Uint8Array.of(...publicKey, 0)), badPeerKey);
  });
}

test("P-256 gives the shared secret of RFC 5903 §8.1", () => {
  const i = keyPairFromScalar(
    NamedGroup.secp256r1,
    fromHex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"),
  );
  const r = keyPairFromScalar(
    NamedGroup.secp256r1,
    fromHex("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"),
  );
  assert.deepEqual(i.publicKey, p256Point);
  assert.equal(toHex(i.agree(r.publicKey)), "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
  assert.deepEqual(r.agree(i.publicKey), i.agree(r.publicKey));
});

test("X25519 gives the shared secret of RFC 7748 §6.1", () => {
  const bob = keyPairFromScalar(
    NamedGroup.x25519,
    fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  );
  assert.equal(toHex(bob.publicKey), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  assert.equal(
    toHex(bob.agree(fromHex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))),
    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
  );
});

test("a scalar that is zero, too large or of the wrong length is refused", () => {
  const bad = [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(0)];
  for (const scalar of bad)
    assert.throws(() => keyPairFromScalar(NamedGroup.secp256r1, scalar), { code: "BAD_PRIVATE_KEY" });
  assert.throws(() => keyPairFromScalar(NamedGroup.x25519, new Uint8Array(31)), { code: "BAD_PRIVATE_KEY" });
});

test("a point of RFC 5903 is taken, the same point off the curve is not", () => {
  const own = nodeEphemeralKeys.generate(NamedGroup.secp256r1);
  assert.equal(own.agree(p256Point).length, 32);
  const off = p256Point.slice();
  off[64] = (off[64] ?? 0) ^ 1;
  assert.throws(() => own.agree(off), badPeerKey);
});

test("compressed, hybrid and infinite points are refused", () => {
  const own = nodeEphemeralKeys.generate(NamedGroup.secp256r1);
  assert.throws(() => own.agree(Uint8Array.of(3, ...p256Point.subarray(1, 33))), badPeerKey);
  assert.throws(() => own.agree(Uint8Array.of(7, ...p256Point.subarray(1))), badPeerKey);
  assert.throws(() => own.agree(Uint8Array.of(0)), badPeerKey);
  assert.throws(() => own.agree(new Uint8Array(65)), badPeerKey);
});

test("X25519 points of small order, whose secret would be zero, are refused", () => {
  const own = nodeEphemeralKeys.generate(NamedGroup.x25519);
  const smallOrder = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  ];
  for (const point of smallOrder) assert.throws(() => own.agree(fromHex(point)), badPeerKey);
});
