import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { derToRaw, rawToDer } from "../../src/crypto/ecdsa.ts";
import { spkiFromPoint } from "../../src/crypto/public-key.ts";
import { SignatureScheme } from "../../src/crypto/signature-scheme.ts";
import { verifySignature } from "../../src/crypto/verify.ts";
import { concatBytes, encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

/** RFC 6979 §A.2.5, P-256 with SHA-256, message "sample". */
const spki = spkiFromPoint(
  "P-256",
  fromHex(
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
  ),
);
const raw = fromHex(
  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
);
const sample = encodeUtf8("sample");
const scheme = SignatureScheme.ecdsa_secp256r1_sha256;

test("the signature of RFC 6979 verifies in DER form, and not with another message, scheme or a bit changed", () => {
  const der = rawToDer(raw);
  assert.equal(verifySignature(spki, scheme, sample, der), true);
  assert.equal(verifySignature(spki, scheme, encodeUtf8("test"), der), false);
  assert.equal(verifySignature(spki, SignatureScheme.ecdsa_secp384r1_sha384, sample, der), false);
  assert.equal(verifySignature(spki, SignatureScheme.rsa_pkcs1_sha256, sample, der), false);
  const changed = der.slice();
  changed[10] = (changed[10] ?? 0) ^ 1;
  assert.equal(verifySignature(spki, scheme, sample, changed), false);
});

test("verification answers false, and does not throw, for anything that is not a key or a signature", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 100 }), (key, signature) => {
      assert.equal(verifySignature(key, scheme, sample, signature), false);
      assert.equal(verifySignature(spki, scheme, sample, signature), false);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("raw to DER drops leading zeros and guards the sign", () => {
  assert.equal(toHex(rawToDer(fromHex("00010080"))), "300702010102020080");
  assert.equal(toHex(rawToDer(fromHex("00000000"))), "3006020100020100");
  assert.equal(toHex(rawToDer(new Uint8Array(132).fill(0xff))).slice(0, 12), "30818a024300");
  assert.throws(() => rawToDer(new Uint8Array(63)), RangeError);
});

test("DER comes back as the raw form for every curve's length", () => {
  for (const length of [32, 48, 66]) {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2 * length, maxLength: 2 * length }), (bytes) => {
        assert.deepEqual(derToRaw(rawToDer(bytes), length), bytes);
      }),
      { numRuns: 100, seed: 1 },
    );
  }
});

test("a signature cut at any length or followed by a byte is a DecodeError", () => {
  const der = rawToDer(raw);
  for (let length = 0; length < der.length; length++)
    assert.throws(() => derToRaw(der.subarray(0, length), 32), DecodeError);
  assert.throws(() => derToRaw(concatBytes([der, Uint8Array.of(0)]), 32), DecodeError);
});

test("what BER allows and DER does not is a DecodeError", () => {
  const bad = [
    "300702020001020101", // r with a needless zero
    "3006020180020101", // r negative
    "30050200020101", // r empty
    "308106020101020101", // length in two bytes where one does
    "3080020101020101", // indefinite length
    "3009020101020101020101", // three integers
    "3006030101020101", // not an INTEGER
    "3106020101020101", // not a SEQUENCE
  ];
  for (const hex of bad) assert.throws(() => derToRaw(fromHex(hex), 32), DecodeError, hex);
  assert.throws(() => derToRaw(rawToDer(new Uint8Array(96).fill(1)), 32), DecodeError, "too long for the curve");
});

test("any bytes give raw bytes or a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        assert.equal(derToRaw(bytes, 32).length, 64);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
    { numRuns: 1000, seed: 1 },
  );
});
