import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { pskServer } from "../support/sandbox.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

const key = "000102030405060708090a0b0c0d0e0f";

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "agent-killed-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function config(folder: string, uri: string, identity = "device") {
  writeFileSync(join(folder, "psk.hex"), key, { mode: 0o600 });
  const security = { credential: `file:${join(folder, "psk.hex")}?identity=${identity}` };
  return { endpoint: "device", server: { uri, lifetime: 300, security }, control: { enabled: false } };
}

/** What a kill leaves of account and session, which are at rest by then. */
function stateOf(folder: string, t: TestContext): string {
  const copy = temporary(t);
  for (const name of ["account-1.record", "dtls-session-1.record"])
    cpSync(join(folder, "state", name), join(copy, "state", name));
  return copy;
}

test("an agent that was killed resumes its session and updates the registration that it had", async (t) => {
  const server = await pskServer(t);
  const folder = temporary(t);
  const first = await WatchedAgent.start(t, folder, config(folder, server.uri));
  const { location } = await first.registered(1);
  const [registration] = server.registrations;
  assert.ok(registration);
  const { code } = await new DeviceOperations(registration).write("/1/0/1", "200");
  assert.equal(code, 0x44);
  await first.until("updated");
  // The answer comes when all of it is saved.
  await new DeviceOperations(registration).read("/1/0/1");
  const second = await WatchedAgent.start(t, stateOf(folder, t), config(folder, server.uri));
  const updated = await second.until("updated");
  assert.deepEqual(updated.location, location);
  assert.equal((await second.until("handshake")).resumed, true);
  assert.equal(second.events.filter(({ type }) => type === "registered").length, 0);
  assert.deepEqual(server.registrations.length, 1);
  assert.deepEqual(second.warnings, []);
  await second.agent.stop();
  assert.equal(server.registrations.length, 0);
});
