import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AeadName, createAead } from "../../src/crypto/aead.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";

const names: readonly AeadName[] = ["AES_128_CCM_8", "AES_128_CCM", "AES_128_GCM"];

test("GCM gives the values of the GCM specification, test case 4", () => {
  const aead = createAead("AES_128_GCM", fromHex("feffe9928665731c6d6a8f9467308308"));
  const plaintext = fromHex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const aad = fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const sealed = aead.seal(fromHex("cafebabefacedbaddecaf888"), plaintext, aad);
  assert.equal(
    toHex(sealed),
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
  );
});

test("CCM_8 gives the values of SP 800-38C, example 3, with its 12-byte nonce", () => {
  const aead = createAead("AES_128_CCM_8", fromHex("404142434445464748494a4b4c4d4e4f"));
  const aad = fromHex("000102030405060708090a0b0c0d0e0f10111213");
  const plaintext = fromHex("202122232425262728292a2b2c2d2e2f3031323334353637");
  const sealed = aead.seal(fromHex("101112131415161718191a1b"), plaintext, aad);
  assert.equal(toHex(sealed), "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951");
});

for (const name of names) {
  test(`${name} opens what it sealed, and nothing with a bit changed`, () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        bytes(16),
        bytes(12),
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 32 }),
        fc.nat(),
        (key, nonce, plaintext, aad, position) => {
          const aead = createAead(name, key);
          const sealed = aead.seal(nonce, plaintext, aad);
          assert.equal(sealed.length, plaintext.length + aead.tagLength);
          assert.deepEqual(aead.open(nonce, sealed, aad), plaintext);
          const bit = position % (8 * sealed.length);
          sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          assert.equal(aead.open(nonce, sealed, aad), undefined);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  test(`${name} gives undefined for input cut at any length`, () => {
    const aead = createAead(name, new Uint8Array(16));
    const sealed = aead.seal(new Uint8Array(12), new Uint8Array(20), new Uint8Array(13));
    for (let length = 0; length < sealed.length; length++)
      assert.equal(aead.open(new Uint8Array(12), sealed.subarray(0, length), new Uint8Array(13)), undefined);
  });

  test(`${name} refuses a key or a nonce of the wrong length`, () => {
    assert.throws(() => createAead(name, new Uint8Array(32)), RangeError);
    const aead = createAead(name, new Uint8Array(16));
    assert.throws(() => aead.seal(new Uint8Array(8), new Uint8Array(1), new Uint8Array(0)), RangeError);
    assert.throws(() => aead.open(new Uint8Array(13), new Uint8Array(40), new Uint8Array(0)), RangeError);
  });
}
