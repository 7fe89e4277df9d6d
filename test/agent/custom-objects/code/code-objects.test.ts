import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModules } from "../../../../src/agent/custom-objects/code/load-modules.ts";
import { objectTypes } from "../../../../src/agent/custom-objects/code/object-types.ts";
import { ContentFormat } from "../../../../src/formats/content-format.ts";
import { parseObjectXml } from "../../../../src/lwm2m/model/object-xml.ts";
import { loadModule } from "../../../../src/platform/modules.ts";
import { BenchDevice } from "../../../lwm2m/bench-device.ts";
import { registry } from "../../../lwm2m/objects-folder.ts";
import { gadget } from "../bench-objects.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "code-objects-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const gadgetSource = objectTypes(gadget, "gadget.xml");

/** Compiles files against the package's own types, as a user's project does. */
function compile(
  name: string,
  files: Record<string, string>,
): { status: number | null; output: string; folder: string } {
  const project = join(folder, name);
  mkdirSync(join(project, "node_modules"), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: "nodenext",
    target: "es2023",
    lib: ["es2023"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    skipLibCheck: true,
    noEmitOnError: true,
    rewriteRelativeImportExtensions: true,
    rootDir: ".",
    outDir: "out",
    paths: { "lwm2m-safe": [join(root, "src/agent/custom-objects/code/define-object.ts")] },
  };
  // The package's own sources are compiled along here: they stand in for its .d.ts files.
  const options = { ...compilerOptions, rootDir: "/", noEmit: false };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
  symlinkSync(join(root, "node_modules/@types"), join(project, "node_modules/@types"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project], { cwd: project, encoding: "utf8" });
  return { status, output: stdout, folder: join(project, "out", project) };
}

const module = `
import { defineObject } from "lwm2m-safe";
import { gadget } from "./gadget.ts";
export default ({ defineObject: define }: { defineObject: typeof defineObject }) => define(gadget, (object) => {
  let level: bigint = 3n;
  let parts: ReadonlyMap<number, string> = new Map([[0, "a"]]);
  let image: Uint8Array = Uint8Array.of(1);
  return {
    4: {
      level: { read: async () => level, announced: true, write: (value) => { level = value; object.changed(4, "ratio"); } },
      press: { execute: (args) => { level += BigInt(args.get(0) ?? "1"); object.changed(4, "level"); } },
      parts: { read: () => parts, write: (value) => { parts = value; } },
      image: { read: () => image, write: (value) => { image = value; } },
      ratio: 0.5,
    },
  };
});
`;

test("generated types compile, with the documentation's example, and a module written against them runs", async () => {
  const setPoint = registry.get(3308);
  const {
    status,
    output,
    folder: out,
  } = compile("right", {
    "gadget.ts": gadgetSource,
    "module.ts": module,
    "set-point.ts": objectTypes([setPoint], "3308-1_1.xml"),
    "thermostat.ts": readFileSync(join(root, "docs/examples/thermostat.ts"), "utf8"),
  });
  assert.equal(status, 0, output);
  const device = new BenchDevice();
  const [object] = await loadModules([join(out, "module.js")], loadModule);
  assert.ok(object);
  device.model.add(object);
  const seen: string[] = [];
  device.model.onChange(({ path }) => seen.push(path.join("/")));
  assert.equal(await device.text("GET", "/32770/4/0"), "2.05 3");
  assert.equal(await device.code("PUT", "/32770/4/0", { payload: "9007199254740993" }), "2.04");
  assert.equal(await device.code("POST", "/32770/4/2", { payload: "0='2'" }), "2.04");
  assert.equal(await device.text("GET", "/32770/4/0"), "2.05 9007199254740995");
  assert.equal(await device.text("GET", "/32770/4/7"), "2.05 0.5");
  assert.deepEqual(seen, ["32770/4/7", "32770/4/0", "32770/4/0"]);
  const contentFormat = ContentFormat.senmlJson;
  const payload = '[{"bn":"/32770/4/3/","n":"7","vs":"b"}]';
  assert.equal(await device.code("PUT", "/32770/4/3", { contentFormat, payload }), "2.04");
  assert.equal(
    await device.text("GET", "/32770/4/3", { accept: contentFormat }),
    '2.05 [{"bn":"/32770/4/3/","n":"7","vs":"b"}]',
  );
  assert.equal(object.changesByItself(4, 0), false);
  assert.equal(object.changesByItself(4, 3), true);
});

test("what the types do not allow is found by the compiler", () => {
  const wrong = (resources: string) => `import { defineObject } from "lwm2m-safe";
import { gadget } from "./gadget.ts";
export default defineObject(gadget, () => ({ 0: ${resources} }));
`;
  const { status, output } = compile("wrong", {
    "gadget.ts": gadgetSource,
    "a.ts": wrong('{ ratio: "half" }'),
    "c.ts": wrong("{ level: { read: () => 1 } }"),
    "d.ts": wrong("{ press: { execute: () => {} }, parts: { read: () => 'x', write: () => {} } }"),
    "e.ts": wrong("{ press: { execute: () => {} } }"),
  });
  assert.notEqual(status, 0);
  const files = [...output.matchAll(/^([a-z]\.ts)\(.*error/gm)].map(([, file]) => file);
  assert.deepEqual([...new Set(files)].sort(), ["a.ts", "c.ts", "d.ts"], output);
});

test("every object that comes with the agent has types, with names of its own for each resource", () => {
  for (const definition of registry.all()) {
    const source = objectTypes([definition], "x.xml");
    const names = [...source.matchAll(/^ {4}(\S+): \{$/gm)].map(([, name]) => name);
    assert.equal(new Set(names).size, definition.resources.size, definition.name);
    for (const name of names) assert.match(name ?? "", /^[A-Za-z]\w*$/);
  }
});

test("a file that brings no object is an error that names it and the reason", async () => {
  const refused = async (exported: unknown): Promise<string> => {
    const loaded = loadModules(["/m.js"], async () => ({ default: exported }));
    const error = await loaded.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    return error.message;
  };
  const shape = {
    id: 40001,
    name: "Thing",
    version: "1.0",
    urn: "",
    multiple: false,
    mandatory: false,
    resources: {
      speed: { id: 0, name: "Speed", operations: "R", multiple: false, mandatory: true, type: "integer", units: "" },
      go: { id: 1, name: "Go", operations: "E", multiple: false, mandatory: false, units: "" },
    },
  };
  const thing = (instances: unknown) => ({ kind: "lwm2m-safe object", shape, setup: () => instances });
  const key = "objects.modules.0: /m.js: ";
  assert.equal(await refused(undefined), `${key}its default export has to be what defineObject gives`);
  assert.equal(
    await refused(() => {
      throw new Error("no bus");
    }),
    `${key}no bus`,
  );
  const object = `${key}object 40001 (Thing): `;
  assert.equal(await refused(thing({ 0: {} })), `${object}instance 0: speed is missing, which is mandatory`);
  assert.equal(await refused(thing({ 0: { speed: 1, brake: 2 } })), `${object}instance 0: no resource "brake"`);
  assert.equal(await refused(thing({ 1: { speed: 1 } })), `${object}it has instance 0 alone, instance 1 came`);
  assert.equal(
    await refused(thing({ 0: { speed: "1" } })),
    `${key}a value of type integer expected, something of type string came`,
  );
  assert.equal(
    await refused(thing({ 0: { speed: 1, go: 2 } })),
    `${object}instance 0: go has no execute, which its operations ask for`,
  );
});

test("a description cannot break out of its comment, nor a name out of its place", () => {
  const [definition] = parseObjectXml(
    `<LWM2M><Object><Name>class</Name><Description1>end */ process.exit() /*</Description1><ObjectID>40002</ObjectID>
    <MultipleInstances>Single</MultipleInstances><Mandatory>Optional</Mandatory><Resources><Item ID="0"><Name>"};(</Name>
    <Operations>R</Operations><MultipleInstances>Single</MultipleInstances><Mandatory>Optional</Mandatory>
    <Type>String</Type></Item></Resources></Object></LWM2M>`,
    "x.xml",
  );
  assert.ok(definition);
  const source = objectTypes([definition], "x\n*/.xml");
  assert.match(source, /^\/\*\* end \* \/ process\.exit\(\) \/\* \*\/$/m);
  assert.match(source, /^export const object40002 = \{$/m);
  assert.match(source, /^ {4}resource0: \{$/m);
});
