import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StateFolder } from "../../src/platform/state-folder.ts";

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "state-folder-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("what was written is read again, by the owner alone", async (t) => {
  const path = join(temporary(t), "state");
  const folder = new StateFolder(path);
  assert.equal(await folder.read("a"), undefined);
  await folder.write("a", Uint8Array.of(1, 2));
  await folder.write("a", Uint8Array.of(3));
  assert.deepEqual([...((await folder.read("a")) ?? [])], [3]);
  assert.deepEqual(readdirSync(path), ["a"]);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(join(path, "a")).mode & 0o777, 0o600);
});

test("a folder that cannot be made is named in the error", async (t) => {
  const file = join(temporary(t), "file");
  writeFileSync(file, "");
  const folder = new StateFolder(join(file, "state"));
  await assert.rejects(folder.write("a", Uint8Array.of(1)), { code: "STATE_UNWRITABLE", message: /file\/state/ });
  await assert.rejects(folder.read("a"), { code: "STATE_UNREADABLE" });
});
