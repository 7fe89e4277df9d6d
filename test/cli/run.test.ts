import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { cli, startCli } from "../support/cli.ts";

function configFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "run-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "agent.yaml");
  writeFileSync(path, text);
  return path;
}

test("run registers, tells its events as JSON lines, and SIGTERM de-registers", async (t) => {
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  const path = configFile(t, `endpoint: device\nserver: { uri: "${server.uri}" }\nlog: { level: silent }\n`);
  const agent = startCli("run", "--config", path, "--events", "-");
  assert.ok(agent.stdout);
  const ended = once(agent, "exit");
  const events: string[] = [];
  for await (const line of createInterface(agent.stdout)) {
    events.push(JSON.parse(line).event);
    if (events.at(-1) !== "figures" || server.registrations.length === 0) continue;
    agent.kill("SIGTERM");
  }
  assert.deepEqual(await ended, [0, null]);
  assert.equal(server.registrations.length, 0);
  for (const expected of ["started", "connecting", "registered", "deregistered", "stopped"]) {
    assert.ok(events.includes(expected), `${expected} is missing: ${events.join(" ")}`);
  }
  assert.equal(events.at(-1), "figures");
});

test("a configuration that cannot be used ends with 2 and names the line", async (t) => {
  const { code, stderr } = await cli("run", "--config", configFile(t, "endpoint: device\nserver: { uri: 5 }\n"));
  assert.equal(code, 2);
  assert.match(stderr, /agent\.yaml:2: server\.uri: expected a URI like coaps:\/\/HOST:PORT, got 5/);
});

test("a card that never answers does not keep SIGTERM from ending the agent", async (t) => {
  const path = configFile(t, "");
  const socket = `${path}.sock`;
  const mute = createServer().listen(socket);
  t.after(() => mute.close());
  const security = { credential: `iotsafe:?channel=socket:${socket}` };
  const config = { endpoint: "device", server: { uri: "coaps://127.0.0.1:5684", security }, log: { level: "silent" } };
  writeFileSync(path, JSON.stringify(config));
  const agent = startCli("run", "--config", path);
  const ended = once(agent, "exit");
  await once(mute, "connection");
  agent.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});

test("an event stream whose reader is gone is no reason to end", async (t) => {
  let registered = (): void => {};
  const registration = new Promise<void>((resolve) => {
    registered = resolve;
  });
  const server = await LwM2mServer.start({ listener: { registered } });
  t.after(() => server.close());
  const path = configFile(t, `endpoint: device\nserver: { uri: "${server.uri}" }\nlog: { level: silent }\n`);
  const agent = startCli("run", "--config", path, "--events", "-");
  agent.stdout?.destroy();
  const ended = once(agent, "exit");
  await registration;
  agent.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});
