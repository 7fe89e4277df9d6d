import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { certificatesInFile } from "../../../../src/credentials/adapters/iotsafe/certificate-file.ts";
import { concatBytes, encodeUtf8 } from "../../../../src/util/bytes.ts";
import { CodedError } from "../../../../src/util/coded-error.ts";
import { makeCa, makeLeaf, toPem } from "../../../support/certificates.ts";

let leaf: Uint8Array;
let ca: Uint8Array;

before(async () => {
  const issuer = await makeCa();
  ca = issuer.certDer;
  leaf = (await makeLeaf({ issuer })).certDer;
});

const padding = (byte: number) => new Uint8Array(200).fill(byte);

test("a certificate in DER is cut from its padding", () => {
  for (const rest of [new Uint8Array(0), padding(0), padding(0xff)]) {
    assert.deepEqual(certificatesInFile(concatBytes([leaf, rest]), "file 03"), [leaf]);
  }
});

test("certificates in PEM are cut from theirs, the chain in order", () => {
  const text = encodeUtf8(toPem("CERTIFICATE", leaf, ca));
  for (const rest of [new Uint8Array(0), padding(0), padding(0xff)]) {
    assert.deepEqual(certificatesInFile(concatBytes([text, rest]), "file 03"), [leaf, ca]);
  }
});

test("a file that was never written, or ends too early, says so", () => {
  for (const empty of [new Uint8Array(0), padding(0), padding(0xff), encodeUtf8("hello")]) {
    assert.throws(() => certificatesInFile(empty, "file 03"), {
      code: "NO_CERTIFICATE",
      message: /^file 03 .*personalised/,
    });
  }
  assert.throws(() => certificatesInFile(leaf.subarray(0, 100), "file 03"), { message: /ends after 100 of/ });
  const broken = encodeUtf8("-----BEGIN CERTIFICATE-----\nMIIB\n");
  assert.throws(() => certificatesInFile(broken, "file 03"), { code: "NO_CERTIFICATE" });
  const key = encodeUtf8(toPem("PRIVATE KEY", leaf));
  assert.throws(() => certificatesInFile(key, "file 03"), { code: "NO_CERTIFICATE" });
});

test("any bytes give certificates or one of our errors", () => {
  const text = encodeUtf8(toPem("CERTIFICATE", leaf));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(text.length - 61), (bytes, at) => {
      const mutated = text.slice();
      mutated.set(bytes, at);
      for (const input of [bytes, mutated]) {
        try {
          certificatesInFile(input, "file");
        } catch (error) {
          assert.ok(error instanceof CodedError && error.code === "NO_CERTIFICATE", String(error));
        }
      }
    }),
    { seed: 8, numRuns: 500 },
  );
});
