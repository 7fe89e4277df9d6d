import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { before, suite, test } from "node:test";
import { CredentialUriError } from "../../../../src/credentials/adapters/credential-uri.ts";
import { FileCredentialError } from "../../../../src/credentials/adapters/file/file-credential-error.ts";
import { FileCredentialProvider } from "../../../../src/credentials/adapters/file/file-credential-provider.ts";
import { prf } from "../../../../src/crypto/prf.ts";
import { SignatureScheme } from "../../../../src/crypto/signature-scheme.ts";
import { verifySignature } from "../../../../src/crypto/verify.ts";
import { encodeUtf8, fromHex, toHex } from "../../../../src/util/bytes.ts";
import { type IssuedCertificate, makeCa, makeLeaf, toPem } from "../../../support/certificates.ts";

const signal = new AbortController().signal;
const message = encodeUtf8("to be signed");
const pskHex = "000102030405060708090a0b0c0d0e0f";

let root: IssuedCertificate;
let intermediate: IssuedCertificate;
let leaf: IssuedCertificate;
let p384: IssuedCertificate;
const files = new Map<string, Uint8Array>();

before(async () => {
  root = await makeCa();
  intermediate = await makeCa({ issuer: root });
  leaf = await makeLeaf({ issuer: intermediate });
  p384 = await makeLeaf({ keyKind: "P-384", cn: "p384" });
  const key = createPrivateKey({ key: Buffer.from(leaf.keyPkcs8Der), format: "der", type: "pkcs8" });
  put("key.pem", toPem("PRIVATE KEY", leaf.keyPkcs8Der));
  put("key.der", leaf.keyPkcs8Der);
  put("sec1.pem", String(key.export({ format: "pem", type: "sec1" })));
  put("sec1.der", new Uint8Array(key.export({ format: "der", type: "sec1" })));
  const secret = { format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" } as const;
  put("encrypted.pem", String(key.export(secret)));
  put("encrypted.der", new Uint8Array(key.export({ ...secret, format: "der" })));
  put("encrypted-sec1.pem", String(key.export({ ...secret, type: "sec1" })));
  put("chain.pem", toPem("CERTIFICATE", leaf.certDer, intermediate.certDer));
  put("leaf.der", leaf.certDer);
  put("both.pem", toPem("PRIVATE KEY", leaf.keyPkcs8Der) + toPem("CERTIFICATE", leaf.certDer));
  put("two-keys.pem", toPem("PRIVATE KEY", leaf.keyPkcs8Der, root.keyPkcs8Der));
  put("shuffled.pem", toPem("CERTIFICATE", intermediate.certDer, leaf.certDer));
  put("other-key.pem", toPem("PRIVATE KEY", root.keyPkcs8Der));
  put("p384.pem", toPem("PRIVATE KEY", p384.keyPkcs8Der) + toPem("CERTIFICATE", p384.certDer));
  for (const keyKind of ["P-521", "RSA-2048"] as const) {
    const other = await makeLeaf({ keyKind });
    put(`${keyKind}.pem`, toPem("PRIVATE KEY", other.keyPkcs8Der) + toPem("CERTIFICATE", other.certDer));
  }
  put("psk.hex", `${pskHex.slice(0, 16).toUpperCase()} \n${pskHex.slice(16)}\n`);
  put("psk.bin", fromHex(pskHex));
  put("identity", "device 1\n");
  put("empty", "");
  put("rubbish", Uint8Array.of(0x30, 0x03, 0x02, 0x01));
  put("bad-key.pem", toPem("PRIVATE KEY", Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00)));
  put("bad-chain.pem", toPem("CERTIFICATE", leaf.certDer).replace("-----END", "-----DEN"));
  put("not-utf8", Uint8Array.of(0xff));
  put("text", "hello");
  put("huge", new Uint8Array(300 * 1024));
});

function put(path: string, content: string | Uint8Array): void {
  files.set(path, typeof content === "string" ? encodeUtf8(content) : content);
}

const provider = new FileCredentialProvider({
  async read(path) {
    const content = files.get(path.replace(/^\/d\//, ""));
    if (!content) throw new Error("ENOENT");
    return content;
  },
});

async function openCertificate(uri: string) {
  const credential = await provider.open(uri, signal);
  return credential.kind === "certificate" ? credential : assert.fail("not a certificate");
}

async function openPsk(uri: string) {
  const credential = await provider.open(uri, signal);
  return credential.kind === "psk" ? credential.preSharedKey : assert.fail("not a PSK");
}

function refusedFile(uri: string, file: string, problem: RegExp): Promise<void> {
  return assert.rejects(provider.open(uri, signal), (error) => {
    assert.ok(error instanceof FileCredentialError, String(error));
    assert.ok(error.message.startsWith(`${file}: `), error.message);
    assert.match(error.message, problem);
    return true;
  });
}

function refusedUri(uri: string, problem: RegExp): Promise<void> {
  return assert.rejects(
    provider.open(uri, signal),
    (error) => error instanceof CredentialUriError && problem.test(error.message),
  );
}

suite("key and certificate", () => {
  test("PKCS #8 and SEC 1, PEM and DER, and one file for both give a signer and the chain", async () => {
    const pairs = [
      "key.pem?cert=chain.pem",
      "/d/key.der?cert=/d/chain.pem",
      "///d/sec1.pem?cert=///d/chain.pem",
      "sec1.der?cert=leaf.der",
      "both.pem?cert=both.pem",
    ];
    for (const pair of pairs) {
      const { signer, certificates } = await openCertificate(`file:${pair}`);
      assert.deepEqual(signer.publicKey, leaf.spki, pair);
      assert.deepEqual(signer.schemes, [SignatureScheme.ecdsa_secp256r1_sha256]);
      const signature = await signer.sign(message, SignatureScheme.ecdsa_secp256r1_sha256, signal);
      assert.ok(verifySignature(leaf.spki, SignatureScheme.ecdsa_secp256r1_sha256, message, signature));
      const chain = await certificates.chain(signal);
      assert.deepEqual(chain[0], leaf.certDer);
      assert.equal(chain.length, pair.endsWith("chain.pem") ? 2 : 1);
    }
  });

  test("a P-384 key signs with SHA-384, and with nothing else", async () => {
    const { signer } = await openCertificate("file:p384.pem?cert=p384.pem");
    const signature = await signer.sign(message, SignatureScheme.ecdsa_secp384r1_sha384, signal);
    assert.ok(verifySignature(p384.spki, SignatureScheme.ecdsa_secp384r1_sha384, message, signature));
    await assert.rejects(signer.sign(message, SignatureScheme.ecdsa_secp256r1_sha256, signal), {
      code: "UNSUPPORTED_SCHEME",
    });
  });

  test("a cancelled signature is rejected", async () => {
    const { signer } = await openCertificate("file:key.pem?cert=chain.pem");
    const cancelled = AbortSignal.abort();
    await assert.rejects(signer.sign(message, SignatureScheme.ecdsa_secp256r1_sha256, cancelled), {
      code: "CANCELLED",
    });
  });

  test("an encrypted key is refused in words", async () => {
    for (const file of ["encrypted.pem", "encrypted.der", "encrypted-sec1.pem"])
      await refusedFile(`file:${file}?cert=chain.pem`, file, /encrypted/);
  });

  test("a key of another certificate, two keys, no key and keys of other kinds are refused", async () => {
    await refusedFile(
      "file:other-key.pem?cert=chain.pem",
      "other-key.pem",
      /not the one of the certificate "CN=server\.example" in chain\.pem/,
    );
    await refusedFile("file:two-keys.pem?cert=chain.pem", "two-keys.pem", /2 private keys/);
    await refusedFile("file:chain.pem?cert=chain.pem", "chain.pem", /no private key/);
    await refusedFile("file:P-521.pem?cert=P-521.pem", "P-521.pem", /P-256 or P-384 is needed, this one is P-521/);
    await refusedFile("file:RSA-2048.pem?cert=RSA-2048.pem", "RSA-2048.pem", /this one is RSA of 2048 bits/);
  });

  test("files that are no key or no certificate, too large, or not there are named", async () => {
    await refusedFile("file:rubbish?cert=chain.pem", "rubbish", /neither PEM nor a private key in DER/);
    await refusedFile("file:bad-key.pem?cert=chain.pem", "bad-key.pem", /not a PKCS #8 private key/);
    await refusedFile("file:key.pem?cert=bad-chain.pem", "bad-chain.pem", /END CERTIFICATE expected/);
    await refusedFile("file:empty?cert=chain.pem", "empty", /neither PEM nor/);
    await refusedFile("file:huge?cert=chain.pem", "huge", /longer than/);
    await refusedFile("file:none?cert=chain.pem", "none", /cannot be read/);
    await refusedFile("file:key.pem?cert=none", "none", /cannot be read/);
    await refusedFile("file:key.pem?cert=rubbish", "rubbish", /the certificate cannot be read/);
    await refusedFile("file:key.pem?cert=key.pem", "key.pem", /no certificate/);
  });

  test("a chain in the wrong order is refused with the order that is wanted", async () => {
    await refusedFile("file:key.pem?cert=shuffled.pem", "shuffled.pem", /put the leaf first/);
  });
});

suite("pre-shared key", () => {
  test("hexadecimal and raw files give the same master secret, that of RFC 4279 and RFC 5489", async () => {
    const seed = fromHex("aa".repeat(64));
    for (const uri of ["file:psk.hex?identity=device%201", "file:psk.bin?identity-file=identity&format=raw"]) {
      const psk = await openPsk(uri);
      assert.deepEqual(psk.identity, encodeUtf8("device 1"));
      const plain = await psk.deriveMasterSecret({ label: "master secret", seed }, signal);
      assert.deepEqual(plain, prf(fromHex(`0010${"00".repeat(16)}0010${pskHex}`), "master secret", seed, 48));
      const otherSecret = fromHex("bb".repeat(32));
      const ecdhe = await psk.deriveMasterSecret({ label: "extended master secret", seed, otherSecret }, signal);
      const premaster = fromHex(`0020${toHex(otherSecret)}0010${pskHex}`);
      assert.deepEqual(ecdhe, prf(premaster, "extended master secret", seed, 48));
    }
  });

  test("a cancelled derivation is rejected", async () => {
    const psk = await openPsk("file:psk.hex?identity=a");
    const input = { label: "master secret", seed: new Uint8Array(64) };
    await assert.rejects(psk.deriveMasterSecret(input, AbortSignal.abort()), { code: "CANCELLED" });
  });

  test("what is no key or no identity is refused, and the key is not in the message", async () => {
    await refusedFile("file:text?identity=a", "text", /not hexadecimal/);
    await refusedFile("file:psk.bin?identity=a", "psk.bin", /not hexadecimal.*format=raw/);
    await refusedFile("file:empty?identity=a", "empty", /key is empty/);
    await refusedFile("file:empty?identity=a&format=raw", "empty", /key is empty/);
    await refusedFile("file:psk.hex?identity-file=not-utf8", "not-utf8", /identity is not UTF-8/);
    await refusedFile("file:psk.hex?identity-file=empty", "empty", /identity is empty/);
    put("almost.hex", `${pskHex}0`);
    await assert.rejects(provider.open("file:almost.hex?identity=a", signal), (error) => {
      assert.ok(error instanceof FileCredentialError);
      assert.equal(error.cause, undefined);
      return !error.message.includes(pskHex.slice(0, 6));
    });
  });
});

suite("URI", () => {
  test("the parameters must say which kind of credential it is", async () => {
    await refusedUri("file:key.pem", /needs one of "cert"/);
    await refusedUri("file:key.pem?cert=a&identity=b", /needs one of/);
    await refusedUri("file:key.pem?identity=a&identity-file=b", /needs one of/);
    await refusedUri("file:key.pem?cert=a&format=raw", /"format" is for pre-shared keys/);
    await refusedUri("file:psk.hex?identity=a&format=base64", /"format" must be one of: hex, raw/);
    await refusedUri("file:?cert=a", /needs a path/);
    await refusedUri("file://host/key.pem?cert=a", /files of this host/);
    await refusedUri("iotsafe:?cert=a", /"file:" expected/);
  });

  test("a cancelled opening is rejected", async () => {
    await assert.rejects(provider.open("file:key.pem?cert=chain.pem", AbortSignal.abort()), { code: "CANCELLED" });
  });
});
