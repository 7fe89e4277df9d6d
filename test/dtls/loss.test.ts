import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { DtlsClient } from "../../src/dtls/client.ts";
import { DtlsServer } from "../../src/dtls/server.ts";
import { MemorySessionCache } from "../../src/dtls/session-cache.ts";
import { certificateAnswers, makeIdentity } from "../support/dtls-identity.ts";
import { DtlsListenerConnection } from "../support/dtls-listener-connection.ts";
import { DtlsSimulation, type NetworkConditions } from "../support/dtls-simulation.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const client = certificateAnswers(makeIdentity());
const server = certificateAnswers(makeIdentity());
const keptSession = {
  sessionId: new Uint8Array(32).fill(1),
  masterSecret: new Uint8Array(48).fill(2),
  cipherSuite: 0xc0ae,
  peerChain: [Uint8Array.of(3)],
};

interface GridOptions {
  readonly cookies: boolean;
  readonly mtu?: number;
  /** The session of a full handshake without losses is resumed. */
  readonly resume?: boolean;
}

/** Virtual time of both ends connected; throws when one of them gave up. */
function timeToConnect(conditions: NetworkConditions, { cookies, mtu = 1200, resume = false }: GridOptions): number {
  const sessions = new MemorySessionCache();
  if (resume) sessions.store(keptSession, 0);
  const config = { maxRetransmissions: 12, maxTimeoutMs: 60_000, mtu, sessions, connectionIdLength: 6 };
  const ports = { entropy: new SeededRandom(conditions.seed ?? 0), ephemeralKeys: nodeEphemeralKeys };
  const device = new DtlsClient(resume ? { ...config, resume: keptSession } : config, ports);
  const peer = cookies ? new DtlsListenerConnection(config, ports) : new DtlsServer(config, ports);
  const simulation = new DtlsSimulation(
    { connection: device, answer: client },
    { connection: peer, answer: server },
    conditions,
  );
  device.start(0);
  simulation.run();
  const { client: c, server: s } = simulation.observers;
  assert.ok(c.session && !c.error, `seed ${conditions.seed}: client ${c.error?.message}`);
  assert.ok(s.session && !s.error, `seed ${conditions.seed}: server ${s.error?.message}`);
  assert.equal(c.session.resumed, resume);
  assert.deepEqual(c.session.tlsUnique, s.session.tlsUnique);
  return c.session.handshake.milliseconds;
}

function percentile(sorted: readonly number[], p: number): number {
  return Math.round(sorted[Math.floor((sorted.length - 1) * p)] ?? 0);
}

/** How long the handshakes of one line of the grid take, sorted; every one must end connected. */
function runGrid(seeds: number, conditions: NetworkConditions, options: GridOptions): readonly number[] {
  const times: number[] = [];
  for (let seed = 0; seed < seeds; seed++) times.push(timeToConnect({ ...conditions, seed }, options));
  return times.sort((a, b) => a - b);
}

function summary(times: readonly number[]): string {
  return `p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms of virtual time`;
}

// An exchange that one side alone keeps alive fails 13 times in a row with a chance of (5/9)^13, one in 2,085.
test("every handshake ends connected when a third of the datagrams is lost, each way", (t) => {
  t.diagnostic(summary(runGrid(1000, { loss: 1 / 3, minDelayMs: 30 }, { cookies: false })));
});

test("every handshake with cookies ends connected when datagrams are lost, doubled and overtake each other", (t) => {
  const conditions = { loss: 1 / 3, duplication: 0.2, minDelayMs: 10, maxDelayMs: 200 };
  t.diagnostic(summary(runGrid(1000, conditions, { cookies: true })));
});

test("every handshake of small datagrams ends connected when a fifth of them is lost", (t) => {
  t.diagnostic(summary(runGrid(200, { loss: 1 / 5, minDelayMs: 10, maxDelayMs: 60 }, { cookies: true, mtu: 200 })));
});

test("every resumption ends connected when a third of the datagrams is lost, each way", (t) => {
  t.diagnostic(summary(runGrid(1000, { loss: 1 / 3, minDelayMs: 30 }, { cookies: false, resume: true })));
});

test("every resumption with cookies ends connected when datagrams are lost, doubled and overtake each other", (t) => {
  const conditions = { loss: 1 / 3, duplication: 0.2, minDelayMs: 10, maxDelayMs: 200 };
  t.diagnostic(summary(runGrid(1000, conditions, { cookies: true, mtu: 256, resume: true })));
});
