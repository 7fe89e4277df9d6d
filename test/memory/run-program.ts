import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { promisify } from "node:util";
import { compile } from "../support/compile.ts";
import type { Leak } from "./leaks.ts";
import type { Security } from "./links.ts";
import type { MemoryInUse } from "./memory-in-use.ts";

export interface Run {
  readonly work: "notifications" | "transfers";
  readonly security?: Security;
  readonly leak?: Leak;
  /** Ascending; the first is the warm-up. */
  readonly counts: readonly number[];
}

export type Reading = MemoryInUse & { readonly count: number };

/** Small, so that V8 does not go on growing it after the warm-up: that would be all that the resident memory shows. */
const youngGeneration = "--max-semi-space-size=2";

/** For a file of tests: gives what runs the program in a process of its own, compiled once. */
export function programRunner(): (run: Run) => Promise<readonly Reading[]> {
  const folder = mkdtempSync(join(tmpdir(), "lwm2m-safe-memory-"));
  after(() => rmSync(folder, { recursive: true }));
  const { program } = compile({ program: "test/memory/program.ts" }, folder);
  return async ({ work, security = "nosec", leak = "none", counts }) => {
    const settings = ["--work", work, "--security", security, "--leak", leak, "--counts", counts.join()];
    const { stdout } = await promisify(execFile)(process.execPath, [youngGeneration, program, ...settings]);
    return stdout
      .trim()
      .split("\n")
      .map((line): Reading => JSON.parse(line));
  };
}
