import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.ts";

/** Folders whose test is over. Clean-up runs in the order of its registration: what was started later may still write into them. */
const done: string[] = [];
process.once("exit", () => {
  for (const folder of done) rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
});

/** A folder that is gone when the test's process is. */
export function temporaryFolder(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "lwm2m-safe-"));
  cleanup.after(() => void done.push(folder));
  return folder;
}
