import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { machineValueFiles } from "../../src/platform/value-files.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "value-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a missing file is no value, a folder is an error", async () => {
  assert.equal(await machineValueFiles.read(join(folder, "none")), undefined);
  await assert.rejects(machineValueFiles.read(folder), { code: "FILE_UNREADABLE" });
});

test("a file of the kernel is read whatever size it claims, an endless one is not", async () => {
  assert.match(new TextDecoder().decode(await machineValueFiles.read("/proc/self/status")), /^Name:/);
  await assert.rejects(machineValueFiles.read("/dev/zero"), { code: "FILE_UNREADABLE" });
});

test("a write replaces the file as a whole and leaves nothing beside it", async () => {
  const path = join(folder, "value");
  writeFileSync(path, "old");
  const before = statSync(path).ino;
  await machineValueFiles.write(path, encodeUtf8("new"), false);
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.notEqual(statSync(path).ino, before, "another file was moved there");
  assert.deepEqual(readdirSync(folder), ["value"]);
});

test("a write in place goes to the file that is there, and makes none", async () => {
  const path = join(folder, "value");
  const before = statSync(path).ino;
  await machineValueFiles.write(path, encodeUtf8("on"), true);
  assert.equal(statSync(path).ino, before);
  assert.equal(readFileSync(path, "utf8"), "on");
  await assert.rejects(machineValueFiles.write(join(folder, "none"), encodeUtf8("1"), true), {
    code: "FILE_UNWRITABLE",
  });
});
