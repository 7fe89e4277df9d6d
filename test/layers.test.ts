// Breaks each layer rule on purpose, in a throw-away tree with the project's own configuration, and sees it caught.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const trees: string[] = [];
after(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

function plant(files: Record<string, string>): string {
  const tree = mkdtempSync(join(tmpdir(), "layers-"));
  trees.push(tree);
  for (const name of ["package.json", "tsconfig.json", ".dependency-cruiser.cjs", ".ci/lint"])
    cpSync(join(root, name), join(tree, name), { recursive: true });
  const biome = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
  writeFileSync(join(tree, "biome.json"), JSON.stringify({ ...biome, vcs: { enabled: false } }));
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  return tree;
}

function run(tree: string, program: string, args: string[]) {
  const result = spawnSync(process.execPath, [join(root, "node_modules", program), ...args], {
    cwd: tree,
    encoding: "utf8",
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

/** Rule names, each with the files that broke it. */
function layerBreaches(files: Record<string, string>): Map<string, string[]> {
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", "src"];
  const { output } = run(plant(files), "dependency-cruiser/bin/dependency-cruise.mjs", args);
  const violations: { rule: { name: string }; from: string }[] = JSON.parse(output.slice(output.indexOf("{"))).summary
    .violations;
  const byRule = new Map<string, string[]>();
  for (const { rule, from } of violations) byRule.set(rule.name, [...(byRule.get(rule.name) ?? []), from]);
  return byRule;
}

const rules: { name: string }[] = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs")).forbidden;
const value = "export const value = 1;\n";
const importing = (path: string) => `import { value } from "${path}";\nexport const other = value;\n`;

/** For each rule, the smallest tree that breaks it; the first file is the culprit. */
const breaches: Record<string, Record<string, string>> = {
  "agent-never-reaches-the-dtls-server-role": {
    "src/agent/reach.ts": importing("../dtls/between.ts"),
    "src/dtls/between.ts": importing("./server.ts"),
    "src/dtls/server.ts": value,
  },
  "virtual-sim-shares-nothing-with-the-host": {
    "src/sandbox/card/shared.ts": importing("../../smartcard/apdu.ts"),
    "src/smartcard/apdu.ts": value,
  },
  "only-platform-and-crypto-touch-node": {
    "src/coap/node.ts": 'import { hostname } from "node:os";\nexport const a = hostname;\n',
  },
  "no-cycles": {
    "src/util/head.ts": importing("./tail.ts"),
    "src/util/tail.ts": 'import { other } from "./head.ts";\nexport const value = other;\n',
  },
  "no-test-code-in-src": { "src/util/tested.ts": importing("../../test/b.ts"), "test/b.ts": value },
  "no-dev-dependencies-in-src": { "src/util/dev.ts": 'import fc from "fast-check";\nexport const a = fc;\n' },
  resolvable: { "src/util/lost.ts": importing("./nowhere.ts") },
};
for (const { name } of rules.filter((rule) => rule.name.endsWith("-imports-down-only"))) {
  const layer = name.replace("-imports-down-only", "").replace("credentials-", "credentials/");
  const up = layer.includes("/") ? "../../cli/up.ts" : "../cli/up.ts";
  breaches[name] = { [`src/${layer}/climb.ts`]: importing(up), "src/cli/up.ts": value };
}

describe("layer rules", () => {
  it("cover every rule of the configuration with a breach here", () => {
    assert.deepEqual(Object.keys(breaches).sort(), rules.map((rule) => rule.name).sort());
  });

  it("find nothing in a tree that keeps them", () => {
    const clean = layerBreaches({ "src/coap/a.ts": importing("../util/b.ts"), "src/util/b.ts": value });
    assert.deepEqual([...clean.keys()], []);
  });

  const found = layerBreaches(Object.assign({}, ...Object.values(breaches)));
  for (const [name, files] of Object.entries(breaches)) {
    it(`catch a breach of ${name}`, () => {
      const culprit = Object.keys(files)[0] ?? "";
      assert.ok(found.get(name)?.includes(culprit), `${culprit} not caught by ${name}: ${found.get(name)}`);
    });
  }
});

describe("restricted globals", () => {
  const uses: Record<string, string> = {
    Date: "export const a = Date.now();",
    setTimeout: "export const a = setTimeout;",
    setInterval: "export const a = setInterval;",
    setImmediate: "export const a = setImmediate;",
    performance: "export const a = performance.now();",
    process: "export const a = process.pid;",
    console: 'console.log("a");',
    Buffer: "export const a = Buffer.alloc(1);",
    "node:fs": 'import { readFileSync } from "node:fs";\nexport const a = readFileSync;',
    "Math.random": "export const a = Math.random();",
  };
  const layers = ["util", "smartcard", "formats", "pki", "credentials", "dtls", "coap", "association", "est", "lwm2m"];
  const files: Record<string, string> = { "src/agent/fine.ts": "export const now = Date.now();\n" };
  for (const layer of layers) {
    for (const [i, text] of Object.values(uses).entries()) files[`src/${layer}/use-${i}.ts`] = `${text}\n`;
  }
  const { output } = run(plant(files), "@biomejs/biome/bin/biome", [
    "lint",
    "--max-diagnostics=none",
    "--colors=off",
    "src",
  ]);

  for (const layer of layers) {
    for (const [i, name] of Object.keys(uses).entries()) {
      it(`catch ${name} in ${layer}/`, () =>
        assert.ok(output.includes(`src/${layer}/use-${i}.ts`), output.slice(-2000)));
    }
  }
  it("leave agent/ its clock", () => assert.ok(!output.includes("src/agent/fine.ts")));
});
