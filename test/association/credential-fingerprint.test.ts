import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialFingerprint } from "../../src/association/credential-fingerprint.ts";
import { SoftwarePreSharedKey } from "../../src/credentials/adapters/file/software-pre-shared-key.ts";
import type { Credential } from "../../src/credentials/ports/credential.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { toHex } from "../../src/util/bytes.ts";
import { softwareCredential } from "../support/sandbox.ts";

async function fingerprint(credential: Credential): Promise<string> {
  return toHex(await credentialFingerprint(credential, new AbortController().signal));
}

test("another certificate, identity or key has another fingerprint, the same has the same", async () => {
  const ca = await SandboxCa.create();
  const psk = (identity: number, key: number): Credential => ({
    kind: "psk",
    preSharedKey: new SoftwarePreSharedKey(Uint8Array.of(identity), new Uint8Array(16).fill(key)),
  });
  const own = await ca.issueDevice("device");
  const credentials = [
    softwareCredential(own),
    softwareCredential(await ca.issueDevice("device")),
    psk(1, 1),
    psk(1, 2),
  ];
  const all = await Promise.all([...credentials, psk(2, 1)].map(fingerprint));
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(await Promise.all([softwareCredential(own), psk(1, 1)].map(fingerprint)), [all[0], all[2]]);
});
