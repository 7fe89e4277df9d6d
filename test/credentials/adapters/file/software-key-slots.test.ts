import assert from "node:assert/strict";
import { test } from "node:test";
import { SoftwareKeySlots } from "../../../../src/credentials/adapters/file/software-key-slots.ts";
import { SignatureScheme } from "../../../../src/crypto/signature-scheme.ts";
import { verifySignature } from "../../../../src/crypto/verify.ts";
import { FolderRecords } from "../../../../src/platform/folder-records.ts";
import { toHex } from "../../../../src/util/bytes.ts";
import { silentLogger } from "../../../../src/util/log.ts";
import { MemoryFolder } from "../../../support/memory-folder.ts";

const { signal } = new AbortController();
const slotsIn = (folder: MemoryFolder) => new SoftwareKeySlots(new FolderRecords(folder, silentLogger), 2);

test("a key made in a slot is there after a restart, and signs", async () => {
  const folder = new MemoryFolder();
  const slots = slotsIn(folder);
  assert.equal(await slots.publicKey(0), undefined);
  await assert.rejects(slots.signer(0), { code: "NO_KEY", message: /slot 0 in the state folder is empty/ });
  const made = await slots.generate(0);
  const signer = await slotsIn(folder).signer(0);
  assert.deepEqual(signer.publicKey, made);
  const message = Uint8Array.of(1, 2, 3);
  const signature = await signer.sign(message, SignatureScheme.ecdsa_secp256r1_sha256, signal);
  assert.ok(verifySignature(made, SignatureScheme.ecdsa_secp256r1_sha256, message, signature));
});

test("a new key leaves the other slot alone, and nothing of its predecessor", async () => {
  const folder = new MemoryFolder();
  const slots = slotsIn(folder);
  const [first, other] = [await slots.generate(0), await slots.generate(1)];
  const former = [...folder.files.values()].map(toHex);
  const second = await slots.generate(0);
  assert.notDeepEqual(second, first);
  assert.deepEqual(await slots.publicKey(1), other);
  assert.equal(folder.files.size, 2);
  const kept = [...folder.files.values()].map(toHex).filter((each) => former.includes(each));
  assert.equal(kept.length, 1, "only the other slot's key is one of those that were there before");
});

test("a slot beyond the configured ones is an error and not an empty one", async () => {
  await assert.rejects(slotsIn(new MemoryFolder()).publicKey(2), { code: "NO_KEY", message: /has 2/ });
});
