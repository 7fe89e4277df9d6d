// Runs test files through node:test and tsx. `run.mjs` takes every unit test; `run.mjs interop` (fuzz, fault, memory) the
// files of that folder; more words narrow to files whose path contains one of them: `run.mjs interop openssl`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const suites = ["interop", "fuzz", "fault", "memory"];
/** Their tests start processes and wait for them: one process a file, so that two of them wait at a time. */
const aloneFolders = ["cli", "platform", "sandbox"];
const [first, ...others] = process.argv.slice(2);
const suite = suites.includes(first) ? first : undefined;
const words = suite ? others : process.argv.slice(2);

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => (suite ? path.startsWith(suite + sep) : !suites.includes(path.split(sep)[0])))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .sort();

if (files.length === 0) {
  console.error(`no test file matches: ${process.argv.slice(2).join(" ")}`);
  process.exit(1);
}
// Foreign servers and pcscd are machine-wide resources: the interop files run one after the other.
const concurrency = suite ? 1 : availableParallelism();
const folder = mkdtempSync(join(tmpdir(), "lwm2m-safe-tests-"));
/** What test files have to say at the very end, after the runner's own figures. */
const summary = join(folder, "summary");
const { status } = spawnSync(
  process.execPath,
  [
    "--import",
    "tsx",
    "--test",
    `--test-concurrency=${concurrency}`,
    "--test-timeout=600000",
    ...(suite ? files.map((path) => join(root, path)) : processes()),
  ],
  { stdio: "inherit", env: { ...process.env, TEST_SUMMARY: summary } },
);
if (existsSync(summary)) process.stdout.write(readFileSync(summary));
rmSync(folder, { recursive: true });
process.exit(status ?? 1);

/** One file for each process: starting one costs more than most test files do, so a folder's files share one. */
function processes() {
  const groups = new Map();
  for (const path of files) {
    const [top] = path.split(sep);
    const name = aloneFolders.includes(top) ? path : top;
    groups.set(name, [...(groups.get(name) ?? []), path]);
  }
  return [...groups].map(([name, paths]) => {
    if (paths.length === 1) return join(root, paths[0]);
    const entry = join(folder, `${name}.mjs`);
    const imports = paths.map((path) => `await import(${JSON.stringify(pathToFileURL(join(root, path)).href)});\n`);
    writeFileSync(entry, imports.join(""));
    return entry;
  });
}
