import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PathValidator } from "../../src/pki/path-validator.ts";
import { systemWallClock } from "../../src/platform/clock.ts";
import type { FileObject } from "../../src/sandbox/bootstrap-file.ts";
import { BootstrapServer } from "../../src/sandbox/bootstrap-server.ts";
import { type BootstrapStep, provisioningSteps } from "../../src/sandbox/bootstrap-step.ts";
import { commonNameAdmission } from "../../src/sandbox/common-name-admission.ts";
import { DemoSim } from "../../src/sandbox/demo/demo-sim.ts";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import type { ServerSecurity } from "../../src/sandbox/server-security.ts";
import { encodeUtf8, fromHex } from "../../src/util/bytes.ts";
import { certificateServer, pskSecurity, pskServer } from "../support/sandbox.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

const endpoint = "urn:dev:ops:device";
const key = "000102030405060708090a0b0c0d0e0f";

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "agent-bootstrap-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function bootstrapServer(
  t: TestContext,
  steps: () => readonly BootstrapStep[],
  security?: ServerSecurity,
): Promise<BootstrapServer> {
  const server = await BootstrapServer.start({ plan: () => ({ session: steps() }), ...(security && { security }) });
  // A test may have closed it itself.
  t.after(() => server.close().catch(() => undefined));
  return server;
}

async function plainServer(t: TestContext): Promise<LwM2mServer> {
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  return server;
}

type Resources = FileObject["instances"][number];

/** Server accounts as objects 0 and 1, with instance ids from 1 on. */
function accounts(...servers: readonly { id: number; uri: string; security?: Resources; server?: Resources }[]) {
  const security = servers.map(({ id, uri, security: more = { 2: 3 } }) => ({ 0: uri, 1: false, 10: id, ...more }));
  const server = servers.map(({ id, server: more = {} }) => ({ 0: id, 1: 300, 6: true, 7: "U", ...more }));
  const numbered = (all: readonly Resources[]) => Object.fromEntries(all.map((each, i) => [i + 1, each]));
  return [
    { id: 0, instances: numbered(security) },
    { id: 1, instances: numbered(server) },
  ];
}

const pskAccount = { 2: 0, 3: encodeUtf8("device"), 5: fromHex(key) };

function pskConfig(folder: string, uri: string) {
  writeFileSync(join(folder, "psk.hex"), key, { mode: 0o600 });
  return { endpoint, bootstrap: { uri, security: { credential: `file:${join(folder, "psk.hex")}?identity=device` } } };
}

test("by PSK: bootstraps, registers where it was told, and a restart finds the accounts again", async (t) => {
  const folder = temporary(t);
  const server = await pskServer(t);
  const steps = provisioningSteps(accounts({ id: 101, uri: server.uri, security: pskAccount }));
  const bootstrap = await bootstrapServer(t, () => steps, pskSecurity);
  const config = pskConfig(folder, bootstrap.uri);
  const first = await WatchedAgent.start(t, folder, config);
  await first.registered(101);
  assert.equal((await first.until("bootstrapped")).way, "session");
  assert.deepEqual(first.warnings, []);
  assert.doesNotMatch(first.log.join(), new RegExp(key));
  await first.agent.stop();
  await bootstrap.close();
  const second = await WatchedAgent.start(t, folder, config);
  await second.registered(101);
  assert.deepEqual(second.warnings, []);
  assert.deepEqual(
    second.agent.status.servers.map(({ shortServerId, uri, state }) => [shortServerId, uri, state]),
    [[101, server.uri, "registered"]],
  );
  await second.agent.stop();
});

test("by the SIM's certificate: the bootstrap server's anchor judges the server, and its own names the account's", async (t) => {
  const folder = temporary(t);
  const [bootstrapCa, ca] = await Promise.all([SandboxCa.create(), SandboxCa.create()]);
  const sim = await DemoSim.start(endpoint, ca, "fast", join(folder, "card.sock"));
  t.after(() => sim.close());
  const server = await certificateServer(t, ca, { admit: commonNameAdmission });
  const verifier = new PathValidator({ anchors: [ca.certificate], peer: { role: "client" }, clock: systemWallClock });
  const own = await bootstrapCa.issueServer();
  const security = { 2: 2, 4: ca.certificate, 15: 2 };
  const steps = provisioningSteps(accounts({ id: 101, uri: server.uri, security }));
  const bootstrap = await bootstrapServer(t, () => steps, { certificate: { own, verifier } });
  writeFileSync(join(folder, "bootstrap-ca.pem"), bootstrapCa.certificatePem);
  const agent = await WatchedAgent.start(t, folder, {
    endpoint,
    credentials: { default: `iotsafe:?channel=socket:${sim.socketPath}` },
    bootstrap: { uri: bootstrap.uri, security: { trust: { anchors: ["bootstrap-ca.pem"] } } },
  });
  await agent.registered(101);
  assert.deepEqual(agent.warnings, []);
  const handshakes = agent.events.filter(({ type }) => type === "handshake");
  assert.equal(handshakes.length, 2);
  await agent.agent.stop();
});

test("a server asks for bootstrap: who went de-registers, who stayed is left alone, who came registers", async (t) => {
  const [stays, goes, comes] = await Promise.all([plainServer(t), plainServer(t), plainServer(t)]);
  const control = { id: 2, instances: { 0: { 0: 1, 1: 1, 2: [], 3: 101 } } };
  let told = [...accounts({ id: 101, uri: stays.uri }, { id: 102, uri: goes.uri }), control];
  const bootstrap = await bootstrapServer(t, () => provisioningSteps(told));
  const folder = temporary(t);
  const agent = await WatchedAgent.start(t, folder, { endpoint, bootstrap: { uri: bootstrap.uri } });
  await Promise.all([agent.registered(101), agent.registered(102)]);
  const remembered = (server: number) => readdirSync(join(folder, "state")).includes(`account-${server}.record`);
  told = [...accounts({ id: 101, uri: stays.uri }, { id: 103, uri: comes.uri }), control];
  const [registration] = stays.registrations;
  assert.ok(registration);
  const { code } = await new DeviceOperations(registration).execute("/1/1/9");
  assert.equal(code, 0x44);
  await Promise.all([agent.registered(103), agent.until("deregistered", ({ server }) => server === 102)]);
  assert.deepEqual(
    agent.agent.status.servers.map(({ shortServerId }) => shortServerId),
    [101, 103],
  );
  assert.equal(agent.events.filter((event) => event.type === "registered" && event.server === 101).length, 1);
  assert.equal(goes.registrations.length, 0);
  assert.deepEqual([remembered(101), remembered(102)], [true, false]);
  await agent.agent.stop();
});

test("with several servers of a bootstrap server's making, what no access control is about is closed", async (t) => {
  const servers = await Promise.all([plainServer(t), plainServer(t)]);
  const told = accounts(...servers.map(({ uri }, i) => ({ id: 101 + i, uri })));
  const control = { 0: 3, 1: 0, 2: [], 3: 102 };
  const bootstrap = await bootstrapServer(t, () => provisioningSteps([...told, { id: 2, instances: { 0: control } }]));
  const agent = await WatchedAgent.start(t, temporary(t), { endpoint, bootstrap: { uri: bootstrap.uri } });
  await Promise.all([agent.registered(101), agent.registered(102)]);
  const codes = servers.map(async ({ registrations: [registration] }) => {
    assert.ok(registration);
    return (await new DeviceOperations(registration).read("/3/0/16")).code;
  });
  assert.deepEqual(await Promise.all(codes), [0x81, 0x45]);
  await agent.agent.stop();
});

test("with several servers of the configuration each may do everything", async (t) => {
  const servers = await Promise.all([plainServer(t), plainServer(t)]);
  const agent = await WatchedAgent.start(t, temporary(t), {
    endpoint,
    servers: servers.map(({ uri }, i) => ({ uri, shortServerId: 7 + i })),
  });
  await Promise.all([agent.registered(7), agent.registered(8)]);
  for (const { registrations } of servers) {
    const [registration] = registrations;
    assert.ok(registration);
    assert.equal((await new DeviceOperations(registration).write("/1/0/1", "200")).code, 0x44);
  }
  await agent.agent.stop();
});

test("what a server writes survives a restart, until the accounts of the configuration change", async (t) => {
  const folder = temporary(t);
  const server = await plainServer(t);
  const config = (lifetime: number) => ({ endpoint, server: { uri: server.uri, lifetime } });
  const lifetimes: (number | undefined)[] = [];
  for (const lifetime of [300, 300, 400]) {
    const agent = await WatchedAgent.start(t, folder, config(lifetime));
    await agent.registered(1);
    const [registration] = server.registrations;
    assert.ok(registration);
    lifetimes.push(registration.lifetime);
    await new DeviceOperations(registration).write("/1/0/1", "555");
    await agent.agent.stop();
    assert.equal(/are others now/.test(agent.warnings.join()), lifetime === 400);
  }
  assert.deepEqual(lifetimes, [300, 555, 400]);
});

test("a bootstrap server that is away is tried again, and a server of the configuration is served meanwhile", async (t) => {
  const server = await plainServer(t);
  const agent = await WatchedAgent.start(t, temporary(t), {
    endpoint,
    server: { uri: server.uri },
    bootstrap: { uri: `coap://${"a".repeat(64)}.example` },
  });
  await agent.registered(1);
  const [registration] = server.registrations;
  assert.ok(registration);
  assert.equal((await new DeviceOperations(registration).execute("/1/0/9")).code, 0x44);
  const { error, milliseconds } = await agent.until("bootstrap-failed");
  assert.match(error.message, /does not resolve/);
  assert.ok(milliseconds > 0);
  assert.equal(agent.agent.status.servers[0]?.state, "registered");
  await agent.agent.stop();
});
