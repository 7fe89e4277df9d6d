import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { packageVersion } from "../../src/cli/package-version.ts";

test("the version is this package's, whatever folder the command is started in", () => {
  const folder = process.cwd();
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  process.chdir("/");
  try {
    assert.equal(packageVersion(), version);
  } finally {
    process.chdir(folder);
  }
});
