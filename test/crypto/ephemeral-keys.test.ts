import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { fromHex } from "../../src/util/bytes.ts";

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
