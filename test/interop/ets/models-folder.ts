import { copyFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { temporaryFolder } from "../../support/foreign/temporary-folder.ts";

/** Definitions that Leshan does not bring: the product's own and those that only the rows need. */
export function modelsFolder(cleanup: Cleanup): string {
  const folder = temporaryFolder(cleanup);
  for (const source of ["../../../objects/", "./objects/"]) {
    const path = fileURLToPath(new URL(source, import.meta.url));
    for (const name of readdirSync(path)) if (name.endsWith(".xml")) copyFileSync(path + name, `${folder}/${name}`);
  }
  return folder;
}
