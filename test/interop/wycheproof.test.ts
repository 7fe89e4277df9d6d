// Runs the Wycheproof vectors through src/crypto. The data is not ours: setup.sh fetches the JSON files;
// VECTORS_DIR names another folder with them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type AeadName, createAead } from "../../src/crypto/aead.ts";
import { rawToDer } from "../../src/crypto/ecdsa.ts";
import { keyPairFromScalar } from "../../src/crypto/ephemeral-keys.ts";
import { hkdfExpand, hkdfExtract } from "../../src/crypto/hkdf.ts";
import { hmacSha256 } from "../../src/crypto/hmac.ts";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { SignatureScheme } from "../../src/crypto/signature-scheme.ts";
import { verifySignature } from "../../src/crypto/verify.ts";
import { concatBytes, equalBytes, fromHex, toHex } from "../../src/util/bytes.ts";

type Fields = Readonly<Record<string, string>> & { readonly size?: number };
interface Group {
  readonly ivSize?: number;
  readonly keySize?: number;
  readonly tagSize?: number;
  readonly publicKeyDer?: string;
  readonly tests: readonly Fields[];
}

function groups(file: string): readonly Group[] {
  const folder = process.env.VECTORS_DIR ?? fileURLToPath(new URL(".work/vectors", import.meta.url));
  return JSON.parse(readFileSync(join(folder, file), "utf8")).testGroups;
}

/** `check`: whether our code takes the case. At least `atLeast` cases must have run, or the file was not what we think. */
function run(
  file: string,
  atLeast: number,
  wanted: (group: Group) => boolean,
  check: (t: Fields, g: Group) => boolean,
): void {
  let count = 0;
  for (const group of groups(file).filter(wanted)) {
    for (const each of group.tests) {
      count++;
      const taken = check(each, group);
      if (each.result !== "acceptable")
        assert.equal(taken, each.result === "valid", `${file} #${each.tcId} ${each.comment}`);
    }
  }
  assert.ok(count >= atLeast, `${file}: only ${count} cases applied`);
}

const field = (each: Fields, name: string): Uint8Array => fromHex(each[name] ?? "");

function aeadCase(name: AeadName): (each: Fields) => boolean {
  return (each) => {
    const aead = createAead(name, field(each, "key"));
    const sealed = concatBytes([field(each, "ct"), field(each, "tag")]);
    const opened = aead.open(field(each, "iv"), sealed, field(each, "aad"));
    const resealed = aead.seal(field(each, "iv"), field(each, "msg"), field(each, "aad"));
    return opened !== undefined && equalBytes(opened, field(each, "msg")) && equalBytes(resealed, sealed);
  };
}

const tlsAead =
  (tagSize: number) =>
  (group: Group): boolean =>
    group.ivSize === 96 && group.keySize === 128 && group.tagSize === tagSize;

test("AES-128-CCM with a tag of 16 bytes", () => {
  run("aes_ccm_test.json", 30, tlsAead(128), aeadCase("AES_128_CCM"));
});

test("AES-128-CCM with a tag of 8 bytes", () => {
  run("aes_ccm_test.json", 8, tlsAead(64), aeadCase("AES_128_CCM_8"));
});

test("AES-128-GCM", () => {
  run("aes_gcm_test.json", 30, tlsAead(128), aeadCase("AES_128_GCM"));
});

test("ECDH on P-256", () => {
  const all = () => true;
  run("ecdh_secp256r1_ecpoint_test.json", 300, all, (each) => {
    const scalar = (each.private ?? "").slice(-64).padStart(64, "0");
    try {
      return (
        toHex(keyPairFromScalar(NamedGroup.secp256r1, fromHex(scalar)).agree(field(each, "public"))) === each.shared
      );
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, "BAD_PEER_KEY");
      return false;
    }
  });
});

test("ECDSA on P-256 in DER form", () => {
  const all = () => true;
  run("ecdsa_secp256r1_sha256_test.json", 400, all, (each, group) => verifies(group, each, field(each, "sig")));
});

test("ECDSA on P-256 in raw form, through rawToDer", () => {
  const all = () => true;
  run("ecdsa_secp256r1_sha256_p1363_test.json", 200, all, (each, group) => {
    const raw = field(each, "sig");
    return raw.length === 64 && verifies(group, each, rawToDer(raw));
  });
});

function verifies(group: Group, each: Fields, signature: Uint8Array): boolean {
  const spki = fromHex(group.publicKeyDer ?? "");
  return verifySignature(spki, SignatureScheme.ecdsa_secp256r1_sha256, field(each, "msg"), signature);
}

test("HMAC-SHA256, also cut to 16 bytes", () => {
  const all = () => true;
  run("hmac_sha256_test.json", 150, all, (each) => {
    const tag = field(each, "tag");
    return equalBytes(hmacSha256(field(each, "key"), field(each, "msg")).subarray(0, tag.length), tag);
  });
});

test("HKDF-SHA256", () => {
  const all = () => true;
  run("hkdf_sha256_test.json", 80, all, (each) => {
    const key = hkdfExtract(field(each, "salt"), field(each, "ikm"));
    try {
      return toHex(hkdfExpand(key, field(each, "info"), each.size ?? 0)) === each.okm;
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return false;
    }
  });
});
