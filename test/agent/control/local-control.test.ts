import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AgentEvent } from "../../../src/agent/agent-event.ts";
import type { AgentControl } from "../../../src/agent/control/agent-control.ts";
import { LwM2mServer } from "../../../src/sandbox/lwm2m-server.ts";
import { WatchedAgent } from "../../support/watched-agent.ts";

interface Bench {
  readonly server: LwM2mServer;
  readonly watched: WatchedAgent;
  readonly control: AgentControl;
}

async function registered(t: TestContext, use: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "local-control-"));
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  t.after(() => rmSync(folder, { recursive: true }));
  const config = { endpoint: "d", server: { uri: server.uri, shortServerId: 9 }, device: { manufacturer: "Ours" } };
  const watched = await WatchedAgent.start(t, folder, config);
  await watched.registered(9);
  await use({ server, watched, control: watched.agent.control });
  await watched.agent.stop();
}

test("a person reads, writes, creates and deletes what no server's rights bound", async (t) => {
  await registered(t, async ({ control }) => {
    assert.deepEqual(await control.read("/3/0/0"), [{ path: "/3/0/0", type: "string", value: "Ours" }]);
    assert.deepEqual(await control.read("/3/0/11"), [{ path: "/3/0/11/0", type: "integer", value: "0" }]);
    await control.write("/1/0/1", "120");
    assert.deepEqual(await control.read("/1/0/1"), [{ path: "/1/0/1", type: "integer", value: "120" }]);
    assert.equal(await control.create("/19", { 0: { 0: "AQI=", 3: "Aw==" } }), "/19/0");
    await control.write("/19/0/0/3", "BA==");
    assert.deepEqual(
      (await control.read("/19/0")).map(({ path, value }) => `${path} ${value}`),
      ["/19/0/0/0 AQI=", "/19/0/0/3 BA=="],
    );
    await control.delete("/19/0");
    assert.deepEqual(await control.read("/19"), []);
    const everything = await control.read("/");
    assert.ok(everything.some(({ path }) => path === "/4/0/0"));
    assert.ok(!everything.some(({ path }) => path.startsWith("/0/")));
  });
});

test("what cannot be is refused with the reason", async (t) => {
  await registered(t, async ({ control }) => {
    await assert.rejects(control.read("3/0"), { code: "BAD_PATH", message: /one like \/3\/0\/1/ });
    await assert.rejects(control.read("/0/0/5"), { responseCode: 0x81 });
    await assert.rejects(control.read("/3/1"), { responseCode: 0x84 });
    await assert.rejects(control.write("/1/0/1", "soon"), { code: "BAD_VALUE", message: /integer/ });
    await assert.rejects(control.write("/1/0/6", { 0: "1" }), { code: "BAD_VALUE", message: /several came/ });
    await assert.rejects(control.write("/3/0/0", "Theirs"), { responseCode: 0x85 });
    await assert.rejects(control.create("/19/0", { 99: "x" }), { code: "BAD_VALUE", message: /no resource 99/ });
    await assert.rejects(control.execute("/3/0/0"), { responseCode: 0x85 });
    await assert.rejects(control.update(1), { code: "NO_SUCH_SERVER", message: /there are: 9/ });
    await assert.rejects(control.bootstrap(), { code: "NOT_NOW" });
    await assert.rejects(control.send(["/3/0/0"]), { code: "SEND_MUTED" });
  });
});

test("updates, reconnects, rests and goes offline as a person says, and tells whoever listens", async (t) => {
  await registered(t, async ({ control, server, watched }) => {
    const heard: AgentEvent["type"][] = [];
    const stop = control.onEvent(({ type }) => heard.push(type));
    await control.update(9);
    await watched.until("updated");
    let from = watched.events.length;
    await control.reconnect();
    await watched.registered(9, from);
    await control.disable(9);
    assert.equal(server.registrations.length, 0);
    assert.deepEqual([control.status().servers[0]?.state, control.status().servers[0]?.enabled], ["stopped", false]);
    await assert.rejects(control.update(9), { code: "NOT_NOW", message: /enable it first/ });
    from = watched.events.length;
    await control.enable(9);
    await watched.registered(9, from);
    await control.offline();
    await watched.until("offline");
    assert.equal(control.status().online, false);
    await assert.rejects(control.reconnect(9), { code: "NOT_NOW" });
    from = watched.events.length;
    await control.online();
    await watched.until("connected", undefined, from);
    stop();
    assert.ok(heard.includes("updated") && heard.includes("deregistered"));
  });
});

test("shows what a server observes and attached", async (t) => {
  await registered(t, async ({ control, server }) => {
    const { association } = server.registrations[0] ?? assert.fail();
    const request = { method: 1 as const, path: ["1", "0", "1"], query: [], options: [], payload: new Uint8Array() };
    await association.send({ ...request, method: 3, query: ["pmax=60"] });
    await association.endpoint.observe(request, { notification: () => {} });
    assert.deepEqual(await control.attributes(9), [{ path: "/1/0/1", attributes: { pmax: 60 } }]);
    const [observation] = await control.observations(9);
    assert.equal(observation?.path, "/1/0/1");
    assert.ok(Number(observation?.nextAt) > control.status().now);
  });
});
