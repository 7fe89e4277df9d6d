import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the set-up script leaves what it builds. */
export const interopFolder = fileURLToPath(new URL("../../interop/", import.meta.url));

/** A file that the set-up script builds; throws when it is not there, for an interop test never skips. */
export function built(path: string): string {
  const file = interopFolder + path;
  if (!existsSync(file)) throw new Error(`${file} is missing: run test/interop/setup.sh first`);
  return file;
}
