import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { certificatePublicKey } from "../../../src/credentials/adapters/certificate-public-key.ts";
import { DecodeError } from "../../../src/util/coded-error.ts";
import { makeLeaf } from "../../support/certificates.ts";

test("the key of a certificate is found whatever kind it is", async () => {
  for (const keyKind of ["P-256", "P-384", "RSA-2048"] as const) {
    const { certDer, spki } = await makeLeaf({ keyKind });
    assert.deepEqual(certificatePublicKey(certDer), spki);
  }
});

test("no truncation gives a key, nor does a certificate with bytes behind it", async () => {
  const { certDer } = await makeLeaf();
  for (let length = 0; length < certDer.length; length++) {
    assert.throws(() => certificatePublicKey(certDer.subarray(0, length)), DecodeError, `${length}`);
  }
  assert.throws(() => certificatePublicKey(Uint8Array.of(...certDer, 0)), DecodeError);
});

test("mutated certificates are read or refused with a DecodeError, nothing else", async () => {
  const { certDer } = await makeLeaf();
  fc.assert(
    fc.property(fc.nat(certDer.length - 1), fc.nat(255), (at, byte) => {
      const mutated = certDer.slice();
      mutated[at] = byte;
      try {
        certificatePublicKey(mutated);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { seed: 9, numRuns: 2000 },
  );
});
