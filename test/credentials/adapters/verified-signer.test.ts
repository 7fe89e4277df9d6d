import assert from "node:assert/strict";
import { test } from "node:test";
import { verifiedSigner } from "../../../src/credentials/adapters/verified-signer.ts";
import type { Signer } from "../../../src/credentials/ports/signer.ts";
import { PrivateKey } from "../../../src/crypto/private-key.ts";
import { SignatureScheme } from "../../../src/crypto/signature-scheme.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { makeLeaf } from "../../support/certificates.ts";

const scheme = SignatureScheme.ecdsa_secp256r1_sha256;
const message = encodeUtf8("handshake messages");
const never = new AbortController().signal;

async function softwareSigner(): Promise<Signer> {
  const key = PrivateKey.fromDer((await makeLeaf()).keyPkcs8Der, "pkcs8");
  return { publicKey: key.publicKey, schemes: [scheme], sign: async (bytes, wanted) => key.sign(bytes, wanted) };
}

test("a good signature is handed on", async () => {
  const signer = verifiedSigner(await softwareSigner());
  assert.ok((await signer.sign(message, scheme, never)).length > 64);
});

test("a signature by another key, of another message, or no signature at all is never handed on", async () => {
  const [signer, other] = [await softwareSigner(), await softwareSigner()];
  const bad: readonly Signer[] = [
    { ...signer, publicKey: other.publicKey },
    { ...signer, sign: (_, wanted, signal) => signer.sign(encodeUtf8("another"), wanted, signal) },
    { ...signer, sign: async () => new Uint8Array(70) },
    { ...signer, sign: async () => new Uint8Array(0) },
  ];
  for (const each of bad) {
    await assert.rejects(verifiedSigner(each).sign(message, scheme, never), { code: "SIGNATURE_MISMATCH" });
  }
});

test("the signer's own refusal is handed on as it is", async () => {
  const signer = { ...(await softwareSigner()), sign: () => Promise.reject(new Error("card is gone")) };
  await assert.rejects(verifiedSigner(signer).sign(message, scheme, never), /card is gone/);
});
