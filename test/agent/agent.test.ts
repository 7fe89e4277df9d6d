import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { commonNameAdmission } from "../../src/sandbox/common-name-admission.ts";
import { DemoSim } from "../../src/sandbox/demo/demo-sim.ts";
import { ContentFormat, DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { certificateServer, pskServer } from "../support/sandbox.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

const endpoint = "urn:dev:ops:device";

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function start(t: TestContext, folder: string, uri: string, security?: object): Promise<WatchedAgent> {
  return WatchedAgent.start(t, folder, { endpoint, server: { uri, lifetime: 300, ...(security && { security }) } });
}

test("without security: registers, answers, de-registers", async (t) => {
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  const watched = await start(t, temporary(t), server.uri);
  await watched.until("registered");
  const [registration] = server.registrations;
  assert.equal(registration?.endpoint, endpoint);
  const { payload } = await new DeviceOperations(registration).read("/3/0/16", ContentFormat.text);
  assert.equal(new TextDecoder().decode(payload), "U");
  await watched.agent.stop();
  assert.equal(server.registrations.length, 0);
});

test("PSK from a file registers", async (t) => {
  const server = await pskServer(t);
  const folder = temporary(t);
  writeFileSync(join(folder, "psk.hex"), "000102030405060708090a0b0c0d0e0f\n", { mode: 0o600 });
  const credential = `file:${join(folder, "psk.hex")}?identity=device`;
  const watched = await start(t, folder, server.uri, { credential });
  await watched.until("registered");
  assert.match((await watched.until("handshake")).suite, /PSK/);
  await watched.agent.stop();
});

test("a SIM's key registers with one signature, and a restart reads no file", async (t) => {
  const folder = temporary(t);
  const ca = await SandboxCa.create();
  const server = await certificateServer(t, ca, { admit: commonNameAdmission });
  const sim = await DemoSim.start(endpoint, ca, "fast", join(folder, "card.sock"));
  t.after(() => sim.close());
  writeFileSync(join(folder, "ca.pem"), ca.certificatePem);
  const security = { credential: `iotsafe:?channel=socket:${sim.socketPath}`, trust: { anchors: ["ca.pem"] } };
  for (const fileReads of [1, 0]) {
    const watched = await start(t, folder, server.uri, security);
    await watched.until("registered");
    const { startup, handshake } = watched.agent.status.card;
    assert.equal(startup.fileReads, fileReads);
    const { signatures, keyGenerations, otherOperations } = handshake;
    assert.deepEqual([signatures, keyGenerations, handshake.fileReads, otherOperations], [1, 0, 0, 0]);
    await watched.agent.stop();
  }
});

test("a name that does not resolve is retried, said once, and no reason to end", async (t) => {
  const watched = await start(t, temporary(t), `coap://${"a".repeat(64)}.example`);
  const { error, milliseconds } = await watched.until("retrying");
  assert.ok("code" in error && error.code === "NAME_NOT_RESOLVED");
  assert.ok(milliseconds > 0);
  assert.match(watched.warnings.join("\n"), /^not registered, .*does not resolve[^\n]*$/);
});

test("a card that is away is retried, and the reason is in words", async (t) => {
  const security = { credential: "iotsafe:?channel=socket:/nowhere/card.sock", trust: { anchors: ["ca.pem"] } };
  const folder = temporary(t);
  writeFileSync(join(folder, "ca.pem"), (await SandboxCa.create()).certificatePem);
  const watched = await start(t, folder, "coaps://127.0.0.1:5684", security);
  await watched.until("retrying");
  assert.match(watched.warnings.join("\n"), /nobody listens there/);
});

test("a missing trust file is named", async (t) => {
  const security = { credential: "iotsafe:?channel=socket:/nowhere", trust: { anchors: ["missing.pem"] } };
  const watched = await start(t, temporary(t), "coaps://127.0.0.1:5684", security);
  const { error } = await watched.until("retrying");
  assert.match(error.message, /trust file .*missing\.pem/);
});
