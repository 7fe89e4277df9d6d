import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseApplicationInformation } from "../../../../src/credentials/adapters/iotsafe/application-information.ts";
import { fromHex, toHex } from "../../../../src/util/bytes.ts";
import { DecodeError } from "../../../../src/util/coded-error.ts";
import { recordedData } from "../../../support/card-answers.ts";

const cardA = recordedData("realCard", "card-A", "app-info");

test("a real card's information is read in full", () => {
  const { uniqueAppletId, ...numbers } = parseApplicationInformation(cardA);
  assert.equal(toHex(uniqueAppletId ?? new Uint8Array(0)), "1122334455667788".repeat(4));
  assert.deepEqual(numbers, {
    version: 0x10,
    mostFiles: 10,
    mostPrivateKeys: 10,
    mostPublicKeys: 10,
    mostSecretKeys: 10,
    cryptographicFunctions: 0x0f,
    hashAlgorithms: 0x0001,
    signatureAlgorithms: 0x04,
    keyAgreement: 0x01,
    keyDerivation: 0x02,
    mostSessions: 1,
  });
});

test("functions and key agreement are found under 90 and 93 too", () => {
  const information = parseApplicationInformation(recordedData("hostEmitted", "orange", "orange-04"));
  assert.equal(information.cryptographicFunctions, 0x0f);
  assert.equal(information.keyAgreement, 0x01);
});

test("an identifier whose stated length is one too large is still read right", () => {
  const wrong = cardA.slice();
  wrong[4] = 0x21;
  assert.deepEqual(parseApplicationInformation(wrong), parseApplicationInformation(cardA));
});

test("unknown objects are passed over", () => {
  assert.deepEqual(parseApplicationInformation(fromHex("5501AA B7 01 02".replaceAll(" ", ""))), { mostSessions: 2 });
});

test("it is refused when truncated inside an object, and read as far as it goes between two", () => {
  const boundaries = new Set([0, 3, 37, 40, 43, 46, 49, 52, 56, 59, 62, 65]);
  for (let length = 0; length < cardA.length; length++) {
    const parse = () => parseApplicationInformation(cardA.subarray(0, length));
    if (boundaries.has(length)) assert.doesNotThrow(parse, `${length}`);
    else assert.throws(parse, DecodeError, `${length}`);
  }
});

test("random bytes are read or refused with a DecodeError, nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(cardA.length - 1), (bytes, at) => {
      const mutated = cardA.slice();
      mutated.set(bytes.subarray(0, cardA.length - at), at);
      for (const input of [bytes, mutated]) {
        try {
          parseApplicationInformation(input);
        } catch (error) {
          assert.ok(error instanceof DecodeError);
        }
      }
    }),
    { seed: 4, numRuns: 2000 },
  );
});
