import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import {
  type CardCredential,
  decodeCardCredential,
  encodeCardCredential,
} from "../../../../src/credentials/adapters/iotsafe/card-credential.ts";
import { fromHex } from "../../../../src/util/bytes.ts";
import { DecodeError } from "../../../../src/util/coded-error.ts";
import { makeCa, makeLeaf } from "../../../support/certificates.ts";

const identity = { uniqueAppletId: new Uint8Array(32).fill(7), aid: fromHex("a0000005590010") };
let credential: CardCredential;

before(async () => {
  const issuer = await makeCa();
  const leaf = await makeLeaf({ issuer });
  credential = {
    key: { id: fromHex("01") },
    certificateFile: { label: "client certificate" },
    fileSize: 1000,
    chain: [leaf.certDer, issuer.certDer],
    publicKey: leaf.spki,
  };
});

test("a credential comes out of its record as it went in", () => {
  assert.deepEqual(decodeCardCredential(encodeCardCredential(credential, identity), identity), credential);
  const { fileSize: _, ...sizeless } = credential;
  assert.deepEqual(decodeCardCredential(encodeCardCredential(sizeless, identity), identity), sizeless);
});

test("a record of another card or another applet is refused", () => {
  const record = encodeCardCredential(credential, identity);
  const others = [
    { ...identity, uniqueAppletId: new Uint8Array(32).fill(8) },
    { ...identity, aid: fromHex("a0000002480400") },
    { uniqueAppletId: new Uint8Array(31).fill(7), aid: identity.aid },
  ];
  for (const other of others) assert.throws(() => decodeCardCredential(record, other), DecodeError);
});

test("a record whose certificate was exchanged is refused", async () => {
  const other = await makeLeaf();
  const record = encodeCardCredential({ ...credential, chain: [other.certDer] }, identity);
  assert.throws(() => decodeCardCredential(record, identity), /certificate for another key/);
});

test("no truncation and no mutation of a record gives anything but a credential for the same key", () => {
  const record = encodeCardCredential({ ...credential, chain: credential.chain.slice(0, 1) }, identity);
  for (let length = 0; length < record.length; length++) {
    // Behind the certificate only the size follows, which may be absent.
    if (record.length - length === 6) continue;
    assert.throws(() => decodeCardCredential(record.subarray(0, length), identity), DecodeError, `${length}`);
  }
  fc.assert(
    fc.property(fc.nat(record.length - 1), fc.nat(255), (at, byte) => {
      const mutated = record.slice();
      mutated[at] = byte;
      try {
        assert.deepEqual(decodeCardCredential(mutated, identity).publicKey, credential.publicKey);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { seed: 10, numRuns: 1000 },
  );
});
