import { readFile } from "node:fs/promises";

/** Rejects with Node's own error, whose message names the file and why. */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(path));
}
