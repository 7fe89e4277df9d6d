import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cardThroughAgent } from "../../src/cli/card-through-agent.ts";
import { ControlClient } from "../../src/cli/control-client.ts";
import { commonNameAdmission } from "../../src/sandbox/common-name-admission.ts";
import { DemoSim } from "../../src/sandbox/demo/demo-sim.ts";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { certificateServer } from "../support/sandbox.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

const endpoint = "urn:dev:ops:device";

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "console-agent-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function connect(t: TestContext, folder: string): Promise<ControlClient> {
  const client = await ControlClient.connect(join(folder, "state/control.sock"));
  t.after(() => client.close());
  return client;
}

test("a mapped sensor is observed by the server, and the console sees what the server sees", async (t) => {
  const folder = temporary(t);
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  writeFileSync(join(folder, "temp"), "21500");
  const watched = await WatchedAgent.start(t, folder, {
    endpoint,
    server: { uri: server.uri, lifetime: 300 },
    objects: {
      topicSocket: "topics.sock",
      instances: {
        "/3303/0": { 5700: { file: join(folder, "temp"), scale: 0.001, poll: 0.1 }, 5701: { constant: "Cel" } },
      },
    },
    location: { command: ["/bin/echo", '{"lat":48.5,"lon":11}'] },
  });
  await watched.until("registered");
  const client = await connect(t, folder);
  const follower = await connect(t, folder);
  await follower.ask("events observing notified");
  const [registration] = server.registrations;
  assert.ok(registration);
  const device = new DeviceOperations(registration);
  const { payload } = await device.read("/6/0/0");
  assert.equal(new TextDecoder().decode(payload), "48.5");
  const told: string[] = [];
  const heard = new Promise<void>((resolve) => {
    void device.observe("/3303/0/5700", (response) => {
      told.push(new TextDecoder().decode(response.payload));
      resolve();
    });
  });
  assert.deepEqual(Object.fromEntries((await follower.next()) ?? []), {
    event: "observing",
    path: "/3303/0/5700",
    server: 1,
  });
  writeFileSync(join(folder, "temp"), "22000");
  await heard;
  assert.deepEqual(told, ["22"]);
  assert.equal((await follower.next())?.get("event"), "notified");
  assert.deepEqual(await client.ask("read /3303/0"), [
    { path: "/3303/0/5700", type: "float", value: "22" },
    { path: "/3303/0/5701", type: "string", value: "Cel" },
  ]);
  assert.match(JSON.stringify(await client.ask("observations 1")), /^\[\{"path":"\/3303\/0\/5700"/);
  assert.match(JSON.stringify(await client.ask("status")), /"state":"registered"/);
  await assert.rejects(client.ask("update 9"), { code: "NO_SUCH_SERVER" });
  await watched.agent.stop();
  assert.ok(!existsSync(join(folder, "state/control.sock")));
  assert.ok(!existsSync(join(folder, "topics.sock")));
});

test("the card that the agent holds is used through the agent", async (t) => {
  const folder = temporary(t);
  const ca = await SandboxCa.create();
  const server = await certificateServer(t, ca, { admit: commonNameAdmission });
  const sim = await DemoSim.start(endpoint, ca, "fast", join(folder, "card.sock"));
  t.after(() => sim.close());
  writeFileSync(join(folder, "ca.pem"), ca.certificatePem);
  const credential = `iotsafe:?channel=socket:${sim.socketPath}`;
  const security = { credential, trust: { anchors: ["ca.pem"] } };
  const watched = await WatchedAgent.start(t, folder, { endpoint, server: { uri: server.uri, security } });
  await watched.until("registered");
  const card = cardThroughAgent(await connect(t, folder));
  assert.equal((await card.info("")).objects.length > 0, true);
  assert.equal((await card.random(credential, 8)).length, 16);
  assert.ok(fromHex((await card.sign("", Uint8Array.of(1, 2, 3))).signature).length > 64);
  assert.equal(server.registrations.length, 1);
  await watched.agent.stop();
});

test("two agents with one state folder: the second is told of the first", async (t) => {
  const folder = temporary(t);
  const config = { endpoint, server: { uri: "coap://127.0.0.1:9" } };
  const objects = { topicSocket: "topics.sock", instances: { "/3303/0": { 5700: { file: "temp", poll: 60 } } } };
  await WatchedAgent.start(t, folder, { ...config, objects });
  const taken = { code: "SOCKET_IN_USE", message: /control\.sock/ };
  await assert.rejects(WatchedAgent.start(t, folder, config), taken);
  const other = { ...objects, topicSocket: "other.sock" };
  await assert.rejects(WatchedAgent.start(t, folder, { ...config, objects: other }), taken);
  assert.ok(!existsSync(join(folder, "other.sock")), "nothing is left of the second");
  await assert.rejects(WatchedAgent.start(t, folder, { ...config, objects }), {
    code: "SOCKET_IN_USE",
    message: /topics\.sock/,
  });
});
