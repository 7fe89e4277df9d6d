import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AlertDescription } from "../../src/dtls/alert.ts";
import { DtlsClient } from "../../src/dtls/client.ts";
import type { DtlsConnection } from "../../src/dtls/connection.ts";
import { DtlsListener } from "../../src/dtls/listener.ts";
import { DtlsServer } from "../../src/dtls/server.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { type Answerer, certificateAnswers } from "../support/dtls-identity.ts";
import { mutateDatagram } from "../support/dtls-mutation.ts";
import { clientIdentity, connectedPair, dtlsPorts, type Pair, serverIdentity } from "../support/dtls-pair.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const datagrams = 100_000;
/** How many datagrams a handshake under attack gets before it is begun anew. */
const handshakeLife = 50;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Calls `attack` for each datagram and checks that the heap does not grow between the first tenth and the end. */
function attackMany(attack: (i: number) => void): string {
  let early = 0;
  for (let i = 0; i < datagrams; i++) {
    attack(i);
    if (i + 1 === datagrams / 10) early = heapUsed();
  }
  const growth = heapUsed() - early;
  assert.ok(growth < 2 * 2 ** 20, `the heap grew by ${growth} bytes`);
  return `${datagrams} datagrams, heap growth after the first tenth ${Math.round(growth / 1024)} kB`;
}

/** Half of the datagrams go to an established session, half to handshakes that are begun again and again. */
function attackRole(
  established: DtlsConnection,
  begin: (now: number) => DtlsConnection,
  answer: Answerer,
  datagram: () => Uint8Array,
): string {
  let fresh = begin(0);
  return attackMany((i) => {
    if (i % handshakeLife === 1) fresh = begin(i);
    const target = i % 2 === 0 ? established : fresh;
    target.handleDatagram(datagram(), i);
    drain(target, answer, i);
  });
}

function drain(connection: DtlsConnection, answer: Answerer, now: number): void {
  while (connection.nextDatagram()) {}
  for (let event = connection.nextEvent(); event; event = connection.nextEvent()) {
    // What is not the peer's fault in words is a mistake of ours that was only just caught.
    if (event.type === "closed" && event.error?.alert === AlertDescription.internal_error) throw event.error;
    const given = event.type === "need" ? answer(event.need) : undefined;
    if (event.type === "need" && given) connection.resume(event.id, given, now);
  }
}

function corpusOf(pair: Pair, from: "client" | "server"): readonly Uint8Array[] {
  return pair.simulation.sent.filter((one) => one.from === from).map(({ datagram }) => datagram);
}

function assertAlive({ client, server, simulation }: Pair): void {
  client.send(encodeUtf8("up"));
  server.send(encodeUtf8("down"));
  simulation.run();
  assert.equal(simulation.observers.server.data.length, 1);
  assert.equal(simulation.observers.client.data.length, 1);
}

test("mutated datagrams end no client session, throw nothing and leave nothing behind", (t) => {
  const pair = connectedPair();
  const corpus = corpusOf(pair, "server");
  const random = new SeededRandom(1);
  const begin = (now: number) => {
    const client = new DtlsClient({}, dtlsPorts);
    client.start(now);
    return client;
  };
  const answer = certificateAnswers(clientIdentity);
  t.diagnostic(attackRole(pair.client, begin, answer, () => mutateDatagram(corpus, random)));
  assertAlive(pair);
});

test("mutated datagrams end no server session, throw nothing and leave nothing behind", (t) => {
  const pair = connectedPair();
  const corpus = corpusOf(pair, "client");
  const random = new SeededRandom(2);
  const begin = () => new DtlsServer({}, dtlsPorts);
  const answer = certificateAnswers(serverIdentity);
  t.diagnostic(attackRole(pair.server, begin, answer, () => mutateDatagram(corpus, random)));
  assertAlive(pair);
});

test("mutated datagrams from many addresses leave nothing behind in a listener", (t) => {
  const corpus = corpusOf(connectedPair(), "client");
  const random = new SeededRandom(3);
  const listener = new DtlsListener({ maxConnections: 10 }, dtlsPorts);
  const report = attackMany((i) => {
    listener.handleDatagram(`192.0.2.1:${i % 500}`, mutateDatagram(corpus, random), i);
    while (listener.nextDatagram()) {}
    while (listener.nextEvent()) {}
  });
  t.diagnostic(report);
  assert.equal(listener.nextDeadline(), undefined);
});
