import assert from "node:assert/strict";
import { test } from "node:test";
import { pskPremasterSecret } from "../../src/crypto/premaster-secret.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";

test("plain PSK puts as many zeros as the key is long", () => {
  assert.equal(toHex(pskPremasterSecret(fromHex("a1b2c3"))), "00030000000003a1b2c3");
});

test("ECDHE_PSK puts the shared secret first", () => {
  assert.equal(toHex(pskPremasterSecret(fromHex("a1b2c3"), fromHex("ffee"))), "0002ffee0003a1b2c3");
});
