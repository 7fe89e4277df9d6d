import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { monotonicClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import { bootstrapCard } from "../../src/sandbox/bootstrap-card.ts";
import type { FileObject } from "../../src/sandbox/bootstrap-file.ts";
import { CardSocketServer } from "../../src/sandbox/card/card-socket-server.ts";
import { VirtualSim } from "../../src/sandbox/card/virtual-sim.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { testProfile } from "../support/virtual-sim.ts";
import { WatchedAgent } from "../support/watched-agent.ts";

function accountOf(id: number, uri: string): FileObject[] {
  return [
    { id: 0, instances: { 1: { 0: uri, 1: false, 2: 3, 10: id } } },
    { id: 1, instances: { 0: { 0: id, 1: 300, 6: true, 7: "U" } } },
  ];
}

async function insertCard(socket: string, objects: readonly FileObject[] | undefined): Promise<CardSocketServer> {
  const profile = testProfile({}, objects && { pkcs15: bootstrapCard(objects) });
  const sim = new VirtualSim(profile, { entropy: nodeEntropy, clock: monotonicClock, timers: nodeTimers });
  return CardSocketServer.listen(sim, socket);
}

async function startServer(t: TestContext): Promise<LwM2mServer> {
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  return server;
}

test("the account on the card is registered with before that of the configuration is looked at, and goes with the card", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "smart-card-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [onCard, other, factory] = await Promise.all([startServer(t), startServer(t), startServer(t)]);
  const socket = join(folder, "card.sock");
  let card = await insertCard(socket, accountOf(101, onCard.uri));
  t.after(() => card.close());
  const agent = await WatchedAgent.start(t, folder, {
    endpoint: "d",
    smartCard: { channel: `socket:${socket}` },
    server: { uri: factory.uri, shortServerId: 1 },
  });
  await agent.registered(101);
  assert.deepEqual([onCard.registrations.length, factory.registrations.length], [1, 0]);

  await card.close();
  card = await insertCard(socket, accountOf(102, other.uri));
  await agent.agent.control.update(101);
  await agent.registered(102);
  assert.deepEqual(
    agent.agent.status.servers.map(({ shortServerId }) => shortServerId),
    [102],
  );

  await card.close();
  card = await insertCard(socket, undefined);
  await agent.agent.control.update(102);
  await agent.registered(1);
  assert.match(agent.agent.status.bootstrap.reason, /factory data/);
  await agent.agent.stop();
});
