import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Compiles programs (paths from the root of the project) and all that they import to plain JavaScript in an empty
 * folder, as dist/ is: what is measured then is no loader. Gives the programs' places. Types are checked elsewhere.
 */
export function compile<Name extends string>(
  programs: Readonly<Record<Name, string>>,
  folder: string,
): Readonly<Record<Name, string>> {
  for (const needed of ["node_modules", "objects"]) symlinkSync(join(root, needed), join(folder, needed));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const places = { noEmit: false, noCheck: true, rootDir: root, outDir: folder };
  const compilerOptions = { ...places, incremental: false, tsBuildInfoFile: null };
  const files = Object.values<string>(programs).map((file) => join(root, file));
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
  const compiled = Object.entries<string>(programs).map(([name, file]) => [
    name,
    join(folder, file.replace(/\.ts$/, ".js")),
  ]);
  return Object.fromEntries(compiled) as Record<Name, string>;
}
