import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DtlsError } from "../../src/dtls/dtls-error.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { mutateDatagram } from "../support/dtls-forgery.ts";
import { pinnedAnswers } from "../support/dtls-openssl.ts";
import { clientIdentity, makePair, type Pair, type PairOptions, serverIdentity } from "../support/dtls-pair.ts";
import type { Side } from "../support/dtls-simulation.ts";
import { assertHeapSettled, heapUsed } from "../support/heap.ts";
import { pick } from "../support/mutate-bytes.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const total = 100_000;
const settledAt = 10_000;

const kinds: readonly PairOptions[] = [
  {
    clientAnswers: pinnedAnswers(clientIdentity, serverIdentity),
    serverAnswers: pinnedAnswers(serverIdentity, clientIdentity),
  },
  { client: { pskIdentity: encodeUtf8("device"), suites: [0xc0a8] } },
  { client: { pskIdentity: encodeUtf8("device"), suites: [0xd005] }, server: { suites: [0xd005] } },
];

/** What became of handshakes, and of the datagrams that were forged into them. */
class Tally {
  readonly forged: Record<Side, number> = { client: 0, server: 0 };
  handshakes = 0;
  connected = 0;
  readonly failures = new Map<string, number>();
  readonly faults = new Set<string>();

  get least(): number {
    return Math.min(this.forged.client, this.forged.server);
  }

  add({ simulation }: Pair, seed: number): void {
    this.handshakes++;
    const { client, server } = simulation.observers;
    if (client.session && server.session) this.connected++;
    for (const { session, closed, error } of [client, server]) {
      assert.ok(session || closed, `seed ${seed}: a side hangs`);
      if (!closed) continue;
      assert.ok(error instanceof DtlsError);
      this.failures.set(error.code, (this.failures.get(error.code) ?? 0) + 1);
      if (error.cause !== undefined && !(error.cause instanceof CodedError)) this.faults.add(String(error.cause));
    }
  }
}

/**
 * Each datagram of a handshake is accompanied by mutated copies of all that was sent so far by either side. No test can
 * ask that the handshake lives: nothing in it is authentic before Finished. Everything else it can.
 */
function storm(seed: number, tally: Tally): void {
  const random = new SeededRandom(seed);
  const kind = pick(random, kinds);
  const answerDelayMs = () => random.below(4) * 500;
  const mtu = pick(random, [200, 1200]);
  const pair = makePair({
    ...kind,
    client: { ...kind.client, mtu },
    server: { ...kind.server, mtu },
    clientDelayMs: answerDelayMs,
    serverDelayMs: answerDelayMs,
    conditions: { minDelayMs: 10, maxDelayMs: 20, seed },
  });
  const { simulation } = pair;
  const most = pick(random, [2, 10, 100]);
  simulation.intercept = (from, datagram) => {
    const pool = simulation.sent.slice(-20).map((sent) => sent.datagram);
    const target = from === "client" ? "server" : "client";
    if (simulation.observers[target].closed) return [datagram];
    const forged = Array.from({ length: random.below(most) }, () => mutateDatagram(random, pool));
    tally.forged[target] += forged.length;
    return [...forged, datagram];
  };
  pair.client.start(0);
  simulation.run();
  tally.add(pair, seed);
}

test(`${total} datagrams forged into handshakes of client and server each: every failure is a typed error`, (t: TestContext) => {
  // So that the heap is compared when the engine has compiled what is used: the difference is then data.
  for (let seed = 1; seed <= 200; seed++) storm(seed, new Tally());
  const tally = new Tally();
  let heapAtSettled = 0;
  for (let seed = 1; tally.least < total; seed++) {
    storm(seed, tally);
    if (heapAtSettled === 0 && tally.least >= settledAt) heapAtSettled = heapUsed();
  }
  const growth = assertHeapSettled(heapAtSettled);
  t.diagnostic(
    `${JSON.stringify(tally.forged)} forged into ${tally.handshakes} handshakes, ${tally.connected} connected`,
  );
  t.diagnostic(`failures of either side: ${JSON.stringify(Object.fromEntries(tally.failures))}, heap ${growth} bytes`);
  assert.deepEqual([...tally.faults], [], "failures that we did not foresee");
});
