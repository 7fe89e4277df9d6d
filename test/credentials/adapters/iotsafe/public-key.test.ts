import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseGeneratedKeyPair } from "../../../../src/credentials/adapters/iotsafe/generate-key-pair.ts";
import { parsePublicKey } from "../../../../src/credentials/adapters/iotsafe/public-key.ts";
import { pointFromSpki, spkiFromPoint } from "../../../../src/crypto/public-key.ts";
import { concatBytes, fromHex, toHex } from "../../../../src/util/bytes.ts";
import { CodedError } from "../../../../src/util/coded-error.ts";
import { recordedData } from "../../../support/card-answers.ts";
import { rfc6979Point } from "../../../support/virtual-sim.ts";

const point = fromHex(rfc6979Point);
const spki = spkiFromPoint("P-256", point);
const template = concatBytes([fromHex("3445494386 41".replace(" ", "")), point]);
const refusals = ["MALFORMED", "BAD_PUBLIC_KEY"];

test("the key is read from the template of three headers and from the bare point", () => {
  assert.deepEqual(parsePublicKey(template), spki);
  assert.deepEqual(parsePublicKey(template.subarray(2)), spki);
  assert.deepEqual(parsePublicKey(template.subarray(4)), spki);
  assert.deepEqual(parsePublicKey(point), spki);
});

test("a point that is not on the curve is refused", () => {
  const off = point.slice();
  off[64] = (off[64] ?? 0) ^ 1;
  assert.throws(() => parsePublicKey(off), { code: "BAD_PUBLIC_KEY" });
});

test("no truncation is taken for a key, nor is a longer answer", () => {
  for (let length = 0; length < template.length; length++) {
    assert.throws(() => parsePublicKey(template.subarray(0, length)), CodedError, `${length}`);
  }
  assert.throws(() => parsePublicKey(concatBytes([template, Uint8Array.of(0)])), { code: "MALFORMED" });
});

test("a real card's generated pair carries two-byte identifiers", () => {
  const pair = parseGeneratedKeyPair(recordedData("realCard", "card-A", "keygen"));
  assert.deepEqual([pair.privateKeyId, pair.publicKeyId], [fromHex("0002"), fromHex("0002")]);
  assert.match(toHex(pointFromSpki(pair.publicKey)), /^04d5699542.*c1401$/);
});

test("a real SIM names the two halves of a pair differently", () => {
  const pair = parseGeneratedKeyPair(recordedData("realCard", "card-B", "keygen-get-response"));
  assert.deepEqual([pair.privateKeyId, pair.publicKeyId], [fromHex("303031"), fromHex("303032")]);
});

test("an answer with the key alone has no identifiers", () => {
  for (const answer of [template, point]) assert.deepEqual(parseGeneratedKeyPair(answer), { publicKey: spki });
});

test("the three parts may come in any order, and a pair without its key is malformed", () => {
  const ids = [fromHex("840101"), fromHex("850102")];
  const expected = { privateKeyId: fromHex("01"), publicKeyId: fromHex("02"), publicKey: spki };
  assert.deepEqual(parseGeneratedKeyPair(concatBytes([...ids, template])), expected);
  assert.deepEqual(parseGeneratedKeyPair(concatBytes([template, ...ids.toReversed()])), expected);
  assert.throws(() => parseGeneratedKeyPair(concatBytes(ids)), { code: "MALFORMED" });
});

test("truncated and random answers are refused with one of our errors", () => {
  const real = recordedData("realCard", "card-A", "keygen");
  for (let length = 0; length < real.length; length++) {
    assert.throws(() => parseGeneratedKeyPair(real.subarray(0, length)), CodedError, `${length}`);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(real.length - 1), (bytes, at) => {
      const mutated = real.slice();
      mutated.set(bytes.subarray(0, real.length - at), at);
      for (const input of [bytes, mutated]) {
        for (const parse of [parsePublicKey, parseGeneratedKeyPair]) {
          try {
            parse(input);
          } catch (error) {
            assert.ok(error instanceof CodedError && refusals.includes(error.code), String(error));
          }
        }
      }
    }),
    { seed: 7, numRuns: 1000 },
  );
});
