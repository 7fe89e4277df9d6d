import assert from "node:assert/strict";
import { test } from "node:test";
import { quickRunOptions } from "../../src/cli/quick-run.ts";

test("a plain run is understood", () => {
  assert.deepEqual(quickRunOptions(["run", "--config", "a.yaml"]), { config: "a.yaml", events: undefined });
  assert.deepEqual(quickRunOptions(["run", "--events=-", "--config=a.yaml"]), { config: "a.yaml", events: "-" });
});

test("everything else is left to yargs", () => {
  for (const line of [
    "",
    "run",
    "run --help",
    "run --config",
    "run --config= ",
    "run --config a b",
    "run --bogus",
    "demo",
  ]) {
    assert.equal(quickRunOptions(line.split(" ")), undefined, line);
  }
});
