import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const clients = ["test/bench/handshake/clients/our-client.ts", "test/bench/handshake/clients/nodertc-client.ts"];

/** Compiles the clients and all of src/ that they use to plain JavaScript, as dist/ is: what is measured is no loader. */
export function buildClients(folder: string): { readonly ours: string; readonly nodertc: string } {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const compilerOptions = { noEmit: false, incremental: false, tsBuildInfoFile: null, rootDir: root, outDir: folder };
  const files = clients.map((file) => join(root, file));
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
  const [ours = "", nodertc = ""] = clients.map((file) => join(folder, file.replace(/\.ts$/, ".js")));
  return { ours, nodertc };
}
