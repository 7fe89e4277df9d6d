// Runs test files through node:test and tsx. `run.mjs` takes every unit test; `run.mjs interop` (fuzz, fault) the
// files of that folder; more words narrow to files whose path contains one of them: `run.mjs interop openssl`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const suites = ["interop", "fuzz", "fault"];
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
const { status } = spawnSync(
  process.execPath,
  [
    "--import",
    "tsx",
    "--test",
    `--test-concurrency=${concurrency}`,
    "--test-timeout=600000",
    ...files.map((path) => join(root, path)),
  ],
  { stdio: "inherit" },
);
process.exit(status ?? 1);
