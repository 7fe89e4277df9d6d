import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseSignature } from "../../../../src/credentials/adapters/iotsafe/signature.ts";
import { derToRaw, rawToDer } from "../../../../src/crypto/ecdsa.ts";
import { concatBytes, fromHex } from "../../../../src/util/bytes.ts";
import { DecodeError } from "../../../../src/util/coded-error.ts";
import { recordedData } from "../../../support/card-answers.ts";
import { sampleSignature } from "../../../support/virtual-sim.ts";

const raw = fromHex(sampleSignature);
const der = rawToDer(raw);
const oneByte = concatBytes([fromHex("3340"), raw]);
const twoBytes = concatBytes([fromHex("330040"), raw]);
const asDer = concatBytes([Uint8Array.of(0x33, der.length), der]);

test("r and s come out as DER whichever of the three forms the card uses", () => {
  for (const answer of [oneByte, twoBytes, asDer]) assert.deepEqual(parseSignature(answer), der);
});

test("the signatures of real cards are read", () => {
  for (const [set, name] of [
    ["card-A", "sign-update"],
    ["card-A", "sign-update-2"],
    ["card-C", "sign-get-response"],
  ] as const) {
    const answer = recordedData("realCard", set, name);
    assert.deepEqual(derToRaw(parseSignature(answer), 32), answer.subarray(2));
  }
});

test("64 bytes that happen to begin as DER does are r and s", () => {
  const unlucky = raw.slice();
  unlucky.set(fromHex("303e"), 0);
  assert.deepEqual(parseSignature(concatBytes([fromHex("3340"), unlucky])), rawToDer(unlucky));
});

test("another tag, another length and bytes behind it are malformed", () => {
  const wrong = ["3440", "333f", "3341", "33820040"].map((header) => concatBytes([fromHex(header), raw]));
  for (const answer of [...wrong.slice(0, 3), concatBytes([oneByte, Uint8Array.of(0)]), fromHex("3300")]) {
    assert.throws(() => parseSignature(answer), DecodeError);
  }
  // BER's own two-byte length is not seen on cards, but it is a length.
  assert.deepEqual(parseSignature(concatBytes([fromHex("33820040"), raw])), der);
});

test("no truncation of any form is taken for a signature", () => {
  for (const answer of [oneByte, twoBytes, asDer]) {
    for (let length = 0; length < answer.length; length++) {
      assert.throws(() => parseSignature(answer.subarray(0, length)), DecodeError, `${length}`);
    }
  }
});

test("random bytes are read or refused with a DecodeError, nothing else", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom("", "33", "3340", "330040", "334630"),
      (bytes, start) => {
        try {
          parseSignature(concatBytes([fromHex(start), bytes]));
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      },
    ),
    { seed: 6, numRuns: 3000 },
  );
});
