import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.ts";

/** A folder that is gone when the test is. */
export function temporaryFolder(cleanup: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "lwm2m-safe-"));
  cleanup.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
