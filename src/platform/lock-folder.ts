import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";

/** Emptied at boot and writable for everybody on most Linux systems, so that all processes of ours meet there. */
const usual = "/run/lock";

/** Where lock files go: `/run/lock`, or the folder for temporary files where that is not ours to write. */
export function lockFolder(): string {
  try {
    accessSync(usual, constants.W_OK);
    return usual;
  } catch {
    return tmpdir();
  }
}
