import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { installByCommand, succeedsByCommand, verifyByCommand } from "../../src/platform/package-commands.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

const never = new AbortController().signal;
const silent = (): void => {};

describe("The install command", () => {
  for (const [command, outcome] of [
    ["true", "installed"],
    ["exit 1", "failed"],
    ["exit 65", "spoilt"],
    ["exit 75", "deferred"],
    ["exit 100", "restarting"],
    ["kill -TERM $$", "restarting"],
    ["no-such-command-here", "failed"],
  ] as const) {
    test(`"${command}" is ${outcome}`, async (t) => {
      const path = join(temporaryFolder(t), "firmware.package");
      assert.equal(await installByCommand(command, { path }, silent), outcome);
    });
  }

  test("knows the package, tells its progress, and leaves its output in a file", async (t) => {
    const path = join(temporaryFolder(t), "firmware.package");
    const image = { path, name: "base", version: "2.0" };
    const percents: number[] = [];
    const command =
      'echo progress=10; echo "$LWM2M_PACKAGE $LWM2M_PACKAGE_NAME $LWM2M_PACKAGE_VERSION"; echo progress=900; echo progress=100';
    assert.equal(await installByCommand(command, image, (percent) => percents.push(percent)), "installed");
    assert.deepEqual(percents, [10, 100]);
    assert.match(readFileSync(`${path}.install.log`, "utf8"), new RegExp(`^${path} base 2.0$`, "m"));
  });
});

describe("The verify command", () => {
  test("describes the package by what it prints", async (t) => {
    const path = join(temporaryFolder(t), "firmware.package");
    const command = 'echo "name=base"; echo "version=2.0 beta"; echo other=1';
    assert.deepEqual(await verifyByCommand(command, path, never), { name: "base", version: "2.0 beta" });
    assert.deepEqual(await verifyByCommand("true", path, never), {});
  });

  test("says by its exit code what is wrong", async (t) => {
    const path = join(temporaryFolder(t), "firmware.package");
    for (const [command, failure] of [
      ["exit 65", "integrity"],
      ["exit 1", "integrity"],
      ["exit 69", "package-type"],
    ]) {
      await assert.rejects(verifyByCommand(command ?? "", path, never), { failure });
    }
  });

  test("is stopped when the package is no longer wanted", async (t) => {
    const path = join(temporaryFolder(t), "firmware.package");
    const unwanted = new AbortController();
    const verifying = verifyByCommand("sleep 600; true", path, unwanted.signal);
    unwanted.abort();
    await assert.rejects(verifying, { failure: "integrity" });
  });
});

test("The confirm command confirms by exit code 0 alone", async (t) => {
  const path = join(temporaryFolder(t), "firmware.package");
  assert.equal(await succeedsByCommand("true", { path }, "confirm"), true);
  assert.equal(await succeedsByCommand("exit 3", { path }, "confirm"), false);
});
