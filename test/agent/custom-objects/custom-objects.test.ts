import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { machineObjects } from "../../../src/agent/custom-objects/machine-objects.ts";
import { parseConfig } from "../../../src/cli/config/load-config.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { BenchDevice } from "../../lwm2m/bench-device.ts";

const ownFolder = fileURLToPath(new URL("../../../objects", import.meta.url));

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "custom-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function load(t: TestContext, folder: string, objects: object): Promise<BenchDevice> {
  const text = JSON.stringify({ endpoint: "e", server: { uri: "coap://h" }, objects });
  const config = parseConfig(text, join(folder, "agent.yaml")).objects ?? assert.fail();
  const custom = await machineObjects(config, ownFolder, silentLogger);
  t.after(() => custom.close());
  const device = new BenchDevice();
  for (const object of custom.objects) device.model.add(object);
  return device;
}

test("files, programs, topics, definitions and code of this machine make objects", async (t) => {
  const folder = temporary(t);
  writeFileSync(join(folder, "temp"), "21500\n");
  writeFileSync(join(folder, "level"), "1");
  mkdirSync(join(folder, "xml"));
  const xml = readFileSync(join(ownFolder, "3306-1_1.xml"), "utf8").replaceAll("3306", "33060");
  writeFileSync(join(folder, "xml/pump.xml"), xml);
  const shape =
    '{ id: 33061, name: "Lamp", version: "1.0", urn: "", multiple: false, mandatory: false, resources: { hue: { id: 0, name: "Hue", operations: "R", multiple: false, mandatory: true, type: "string", units: "" } } }';
  writeFileSync(
    join(folder, "lamp.mjs"),
    `export default (agent) => agent.defineObject(${shape}, () => ({ 0: { hue: "red" } }));`,
  );
  const device = await load(t, folder, {
    folder: "xml",
    modules: ["lamp.mjs"],
    topicSocket: "topics.sock",
    instances: {
      "/3303/0": { 5700: { file: "temp", scale: 0.001 }, 5701: { constant: "Cel" } },
      "/33060/0": {
        5850: {
          command: ["/bin/sh", "-c", `test "$LWM2M_OPERATION" = write && cat > ${folder}/on || cat ${folder}/on`],
        },
        5851: { file: "level" },
        5853: { topic: "pump/state" },
      },
    },
  });
  assert.equal(await device.text("GET", "/3303/0/5700"), "2.05 21.5");
  assert.equal(await device.text("GET", "/33061/0/0"), "2.05 red");
  assert.equal(await device.code("PUT", "/33060/0/5850", { payload: "1" }), "2.04");
  assert.equal(readFileSync(join(folder, "on"), "utf8"), "1");
  assert.equal(await device.text("GET", "/33060/0/5850"), "2.05 1");
  assert.equal(await device.code("PUT", "/33060/0/5851", { payload: "40" }), "2.04");
  assert.equal(readFileSync(join(folder, "level"), "utf8"), "40");
  const program = connect(join(folder, "topics.sock"));
  program.end("publish pump/state running\n");
  let answer = "";
  for await (const chunk of program.setEncoding("utf8")) answer += chunk;
  assert.equal(answer, "ok\n");
  assert.equal(await device.text("GET", "/33060/0/5853"), "2.05 running");
});

test("an object that is made twice, one of the agent's and a bad folder are errors of the configuration", async (t) => {
  const folder = temporary(t);
  const shape = (id: number) =>
    `{ id: ${id}, name: "X", version: "1.0", urn: "", multiple: false, mandatory: false, resources: {} }`;
  for (const id of [1, 3303]) {
    writeFileSync(join(folder, `${id}.mjs`), `export default (a) => a.defineObject(${shape(id)}, () => ({ 0: {} }));`);
  }
  const twice = { modules: ["3303.mjs"], instances: { "/3303/0": { 5700: { constant: 1 } } } };
  const message = "objects: object 3303 is made twice, by modules or by instances";
  await assert.rejects(load(t, folder, twice), { code: "BAD_OBJECTS_CONFIG", message });
  await assert.rejects(load(t, folder, { modules: ["1.mjs"] }), {
    message: "objects.modules: object 1 is the agent's alone",
  });
  await assert.rejects(load(t, folder, { folder: "none" }), /^CustomObjectsError: objects\.folder: ENOENT/);
  writeFileSync(join(folder, "bad.xml"), "<LWM2M>");
  await assert.rejects(load(t, folder, { folder: "." }), /objects\.folder: object definition .*bad\.xml: not XML/);
  await assert.rejects(
    load(t, folder, { modules: ["none.mjs"] }),
    /objects\.modules\.0: .*none\.mjs: Cannot find module/,
  );
});
