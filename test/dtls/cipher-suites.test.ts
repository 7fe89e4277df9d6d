import assert from "node:assert/strict";
import { test } from "node:test";
import { cipherSuites, findCipherSuite, selectCipherSuites } from "../../src/dtls/cipher-suites.ts";

test("LwM2M's mandatory certificate suite comes first", () => {
  assert.equal(cipherSuites[0]?.name, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8");
});

test("suites are selected in the configured order", () => {
  assert.deepEqual(
    selectCipherSuites([0x00a8, 0xc0ae]).map(({ id }) => id),
    [0x00a8, 0xc0ae],
  );
  assert.equal(selectCipherSuites(undefined), cipherSuites);
});

test("a suite that we don't have is refused by its number", () => {
  assert.throws(() => selectCipherSuites([0x00ff]), /0x00ff/);
  assert.equal(findCipherSuite(0x1301), undefined);
});
