// What a SIM is for: its private keys are nowhere but in it. The agent is another process than the card; its memory, its
// state, its logs and the card's own trace are searched after bootstrap, enrolment, registration and a change of keys.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AgentProcess } from "../../src/sandbox/demo/agent-process.ts";
import { DemoSim } from "../../src/sandbox/demo/demo-sim.ts";
import { startServers } from "../../src/sandbox/demo/story/story-servers.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { cli } from "../support/cli.ts";
import { holds, secretsInMemory } from "../support/memory-search.ts";

const endpoint = "urn:dev:ops:searched";
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

test("no private scalar of the SIM is in the agent's memory, state or log, nor in the APDU trace; planted ones are found", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "private-scalars-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const planted = randomBytes(32);
  const { sim, agent, log } = await enrolledTwice(t, folder, toHex(planted));
  const secrets = new Map(sim.privateScalars.map((scalar, i) => [`key ${i}`, fromHex(scalar)]));
  assert.equal(secrets.size, 3, "its own key, and one for each enrolment");
  const inMemory = secretsInMemory(agent.pid ?? 0, new Map([...secrets, ["planted", planted]]));
  assert.deepEqual([...inMemory], ["planted"]);
  // A running agent may be in the middle of replacing a file.
  await agent.stop();
  const state = join(folder, "state");
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  assert.ok(files.length > 2);
  const places = new Map([
    ["trace", Buffer.from(sim.traceText())],
    ["events and log", Buffer.from(log.join("\n"))],
    ...files.map((file) => [file.name, readFileSync(join(file.parentPath, file.name))] as const),
  ]);
  for (const [name, bytes] of places) {
    assert.ok(bytes.length > 0 || name.endsWith(".lock"), name);
    for (const [key, secret] of secrets) {
      assert.ok(!holds(bytes, secret), `${key} is in ${name}`);
      assert.ok(
        holds(Buffer.concat([bytes, Buffer.from(Buffer.from(secret).toString("base64"))]), secret),
        "the search",
      );
    }
  }
});

/** `plant`: a text that the agent has in its memory. */
async function enrolledTwice(t: TestContext, folder: string, plant: string) {
  const [simMaker, operator] = [await SandboxCa.create("SIM maker"), await SandboxCa.create("operator")];
  const sim = await DemoSim.start(endpoint, simMaker, "fast", join(folder, "card.sock"));
  t.after(() => sim.close());
  const servers = await startServers({ simMaker, operator }, () => {});
  t.after(() => servers.close());
  writeFileSync(join(folder, "operator.pem"), operator.certificatePem);
  const card = `iotsafe:?channel=socket:${sim.socketPath}`;
  const security = { credential: `${card}&key=01&cert=03`, trust: { anchors: ["operator.pem"] } };
  const config = {
    endpoint,
    bootstrap: { uri: servers.bootstrap.uri, security },
    enrolment: { keys: [`${card}&key=02`, `${card}&key=04`] },
    stateDirectory: "state",
    device: { serialNumber: `SN-${plant}` },
    log: { level: "debug" },
  };
  const path = join(folder, "agent.yaml");
  // A plain scalar: a quoted one becomes a text in pieces, which lies in memory in one run only by chance.
  writeFileSync(path, JSON.stringify(config).replace(`"SN-${plant}"`, ` SN-${plant}`));
  const agent = new AgentProcess([process.execPath, "--import", "tsx", main], path);
  t.after(() => agent.stop());
  const log: string[] = [];
  agent.onEvent((record) => log.push(JSON.stringify(record)));
  agent.onLog((line) => log.push(line));
  const { signal } = new AbortController();
  await agent.next("registered", 60_000, signal);
  const again = agent.next("registered", 60_000, signal);
  const { code, stderr } = await cli("enrol", "--rekey", "--config", path);
  assert.equal(code, 0, stderr);
  await again;
  return { sim, agent, log };
}
