import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { OpenPackage } from "../../src/platform/open-package.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

test("The mark never promises more than there is", async (t) => {
  const marks: number[] = [];
  const handle = await open(join(temporaryFolder(t), "package"), "a");
  const file = new OpenPackage(handle, 0, async (flushed) => {
    marks.push(flushed);
    assert.ok((await handle.stat()).size >= flushed);
  });
  await file.append(new Uint8Array(100));
  assert.deepEqual(marks, []);
  await file.flush();
  await file.truncate(40);
  await file.append(new Uint8Array(5));
  await file.flush();
  assert.deepEqual(marks, [100, 40, 45]);
  await file.close();
});
