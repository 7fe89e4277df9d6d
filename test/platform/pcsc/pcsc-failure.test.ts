import assert from "node:assert/strict";
import { test } from "node:test";
import { pcscFailure } from "../../../src/platform/pcsc/pcsc-failure.ts";

test("the code is found in the library's text, in either letter case", () => {
  for (const text of ["SCardTransmit error: Card was removed. (0x80100069)", "Card was removed.(0X80100069)"]) {
    assert.equal(pcscFailure("the card", new Error(text)).code, "CARD_REMOVED");
  }
});

test("words of ours come first, the library's stay in brackets", () => {
  assert.deepEqual(pcscFailure("connecting", new Error("SCardConnect error: Sharing violation. (0x8010000B)")), {
    code: "CARD_BUSY",
    message:
      "connecting: another program holds the card exclusively; stop it (SCardConnect error: Sharing violation. (0x8010000B))",
  });
});

test("anything else is the driver's failure, whatever it is", () => {
  for (const error of [new Error("?"), "text", undefined, null, 7, { code: 1 }]) {
    assert.equal(pcscFailure("PC/SC", error).code, "CARD_DRIVER_FAILED");
  }
});
