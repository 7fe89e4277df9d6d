import assert from "node:assert/strict";
import { test } from "node:test";
import { constantTimeEqual } from "../../src/crypto/equal.ts";
import { RunningHash, sha256, sha384, sha512 } from "../../src/crypto/hash.ts";
import { hmacSha256 } from "../../src/crypto/hmac.ts";
import { encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";

const abc = encodeUtf8("abc");

test("the hashes give FIPS 180's values for abc", () => {
  assert.equal(toHex(sha256(abc)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.match(toHex(sha384(abc)), /^cb00753f45a35e8b.*58baeca134c825a7$/);
  assert.match(toHex(sha512(abc)), /^ddaf35a193617aba.*2a9ac94fa54ca49f$/);
});

test("a running hash gives its digest at any moment and goes on", () => {
  const hash = new RunningHash().update(encodeUtf8("a"));
  assert.deepEqual(hash.digest(), sha256(encodeUtf8("a")));
  assert.deepEqual(hash.digest(), hash.digest());
  assert.deepEqual(hash.update(encodeUtf8("bc")).digest(), sha256(abc));
});

test("HMAC-SHA256 gives the values of RFC 4231, cases 1 and 2", () => {
  assert.equal(
    toHex(hmacSha256(fromHex("0b".repeat(20)), encodeUtf8("Hi There"))),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  );
  assert.equal(
    toHex(hmacSha256(encodeUtf8("Jefe"), encodeUtf8("what do ya want for nothing?"))),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

test("HMAC takes an empty key", () => {
  assert.equal(
    toHex(hmacSha256(new Uint8Array(0), new Uint8Array(0))),
    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
  );
});

test("comparison in constant time tells equal, different and of different length apart", () => {
  assert.equal(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  assert.equal(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  assert.equal(constantTimeEqual(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
  assert.equal(constantTimeEqual(new Uint8Array(0), new Uint8Array(0)), true);
});
