import assert from "node:assert/strict";
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sha256 } from "../../src/crypto/hash.ts";
import { FolderSpool } from "../../src/platform/folder-spool.ts";
import { pattern } from "../support/coap-messages.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

test("A package grows, is looked at, cut and removed", async (t) => {
  const spool = new FolderSpool(join(temporaryFolder(t), "spool"));
  assert.equal(await spool.size("firmware"), 0);
  const file = await spool.open("firmware");
  await file.append(pattern(1000));
  await file.append(pattern(500));
  assert.equal(file.length, 1500);
  await file.truncate(1000);
  await file.flush();
  await file.close();
  assert.equal(await spool.size("firmware"), 1000);
  assert.deepEqual(await spool.digest("firmware"), sha256(pattern(1000)));
  assert.deepEqual(new Uint8Array(readFileSync(spool.path("firmware"))), pattern(1000));
  assert.ok(((await spool.free()) ?? 0) > 0);
  await spool.remove("firmware");
  await spool.remove("firmware");
  assert.equal(await spool.size("firmware"), 0);
});

test("What a killed process wrote counts while the machine runs on; after a power cut what was flushed does", async (t) => {
  const folder = temporaryFolder(t);
  const before = new FolderSpool(folder, async () => "boot-1");
  const file = await before.open("firmware");
  await file.append(pattern(1000));
  await file.flush();
  await file.append(pattern(700));
  await file.close();
  assert.equal(await new FolderSpool(folder, async () => "boot-1").size("firmware"), 1700);
  const after = new FolderSpool(folder, async () => "boot-2");
  assert.equal(await after.size("firmware"), 1000);
  const again = await after.open("firmware");
  assert.equal(again.length, 1000);
  await again.append(pattern(10));
  await again.close();
  assert.equal(await after.size("firmware"), 1010);
  assert.equal(await new FolderSpool(folder, async () => "boot-3").size("firmware"), 1000);
});

test("A file that lost its end counts as far as it goes, and one whose mark is broken not at all", async (t) => {
  const folder = temporaryFolder(t);
  const spool = new FolderSpool(folder, async () => "boot-1");
  const file = await spool.open("firmware");
  await file.append(pattern(1000));
  await file.flush();
  await file.close();
  const later = new FolderSpool(folder, async () => "boot-2");
  truncateSync(spool.path("firmware"), 400);
  assert.equal(await later.size("firmware"), 400);
  writeFileSync(`${spool.path("firmware")}.mark`, "");
  assert.equal(await later.size("firmware"), 0);
});

test("Megabytes are flushed while they come", async (t) => {
  const folder = temporaryFolder(t);
  const file = await new FolderSpool(folder, async () => "boot-1").open("firmware");
  for (let i = 0; i < 5; i++) await file.append(new Uint8Array(512 * 1024));
  await file.close();
  assert.equal(await new FolderSpool(folder, async () => "boot-2").size("firmware"), 2 * 1024 * 1024);
});

test("A full disk is said as such, another fault as a fault of the spool", async (t) => {
  const full = new FolderSpool(temporaryFolder(t), async () => "boot-1");
  symlinkSync("/dev/full", full.path("firmware"));
  const file = await full.open("firmware");
  await assert.rejects(file.append(pattern(10)), { code: "DELIVERY_NO_SPACE" });
  await file.close();
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "spool"), "a file");
  await assert.rejects(new FolderSpool(join(folder, "spool")).open("firmware"), { code: "SPOOL_FAILED" });
});
