import assert from "node:assert/strict";
import { test } from "node:test";
import { CardStatusError, describeStatusWord, isSuccess } from "../../src/smartcard/status-word.ts";

test("9000 and a waiting proactive command are success", () => {
  assert.deepEqual([0x9000, 0x9130, 0x6300, 0x6a82].map(isSuccess), [true, true, false, false]);
});

test("a status word is shown in hexadecimal with its name", () => {
  assert.equal(describeStatusWord(0x6a82), "6A82 (application, file or object not found)");
  assert.equal(describeStatusWord(0x9130), "9130 (done, proactive command waits)");
  assert.equal(describeStatusWord(0x0042), "0042 (no name known)");
});

test("a refusal says by its code whether trying later helps", () => {
  const codes = [0x6984, 0x6d01, 0x6985, 0x1234].map((sw) => new CardStatusError("READ FILE", sw).code);
  assert.deepEqual(codes, ["CARD_ADMINISTERED_REMOTELY", "CARD_SIGNATURE_MISMATCH", "CARD_REFUSED", "CARD_REFUSED"]);
  assert.match(new CardStatusError("READ FILE", 0x6985).message, /^READ FILE: the card answered 6985 \(/);
});
