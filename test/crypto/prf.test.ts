import assert from "node:assert/strict";
import { test } from "node:test";
import { prf } from "../../src/crypto/prf.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";

const secret = fromHex("9bbe436ba940f017b17652849a71db35");
const seed = fromHex("a0ba9f936cda311827a6f796ffd5198c");

test("the PRF gives the values published on the TLS working group's list for SHA-256", () => {
  assert.equal(
    toHex(prf(secret, "test label", seed, 100)),
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
  );
});

test("a shorter output is the beginning of a longer one", () => {
  const long = prf(secret, "test label", seed, 100);
  for (const length of [0, 1, 12, 31, 32, 33, 48, 64]) {
    assert.deepEqual(prf(secret, "test label", seed, length), long.subarray(0, length));
  }
});
