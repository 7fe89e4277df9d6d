import assert from "node:assert/strict";
import { test } from "node:test";
import type { Need } from "../../src/dtls/connection.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { connectedPair, makePair } from "../support/dtls-pair.ts";

const slow = (kind: Need["kind"], ms: number) => (need: Need) => (need.kind === kind ? ms : 0);
const fromClient = (pair: ReturnType<typeof makePair>) => pair.simulation.sent.filter(({ from }) => from === "client");

for (const delay of [0, 60, 700, 5000, 20_000]) {
  test(`a card that takes ${delay} ms to sign costs the client no datagram`, () => {
    const pair = connectedPair({ clientDelayMs: slow("sign", delay) });
    assert.equal(fromClient(pair).length, 2);
    assert.equal(pair.simulation.now, 40 + delay);
  });

  test(`a verifier that takes ${delay} ms costs the client no datagram`, () => {
    const pair = connectedPair({ clientDelayMs: slow("validatePeer", delay) });
    assert.equal(fromClient(pair).length, 2);
  });

  test(`a card that takes ${delay} ms to derive the master secret costs the client no datagram`, () => {
    const client = { pskIdentity: encodeUtf8("device") };
    const pair = connectedPair({ client, clientDelayMs: slow("deriveMasterSecret", delay) });
    assert.equal(fromClient(pair).length, 2);
  });
}

test("a server key that takes 700 ms costs no datagram of the server", () => {
  const pair = connectedPair({ serverDelayMs: slow("sign", 700) });
  assert.equal(pair.simulation.sent.filter(({ from }) => from === "server").length, 2);
});

test("a client that waits for a slow server asks again, and the server answers once", () => {
  const pair = connectedPair({ serverDelayMs: slow("sign", 5000) });
  assert.deepEqual(
    fromClient(pair).map(({ at }) => at),
    [0, 1000, 3000, 5020],
  );
  assert.equal(pair.simulation.sent.filter(({ from }) => from === "server").length, 2);
});

test("a server that validates the client for 5 s neither loses its Finished nor asks for it again", () => {
  const pair = connectedPair({ serverDelayMs: slow("validatePeer", 5000) });
  const server = pair.simulation.sent.filter(({ from }) => from === "server");
  assert.deepEqual(
    server.map(({ at }) => at),
    [10, 5030],
  );
});

test("a server that derives the master secret for 5 s keeps the Finished that came before", () => {
  const client = { pskIdentity: encodeUtf8("device") };
  const pair = connectedPair({ client, serverDelayMs: slow("deriveMasterSecret", 5000) });
  assert.equal(pair.simulation.sent.filter(({ from }) => from === "server").length, 2);
});

test("verdict and credential are asked for before the server's flight is complete", () => {
  const pair = makePair({ server: { mtu: 160 } });
  let datagrams = 0;
  // Everything but the last datagram of the flight: ServerHelloDone is missing.
  pair.simulation.intercept = (from, datagram) => (from === "server" && datagram.length < 100 ? [] : [datagram]);
  pair.client.start(0);
  pair.simulation.run(500);
  datagrams = pair.simulation.sent.filter(({ from }) => from === "server").length;
  assert.ok(datagrams > 2);
  assert.equal(pair.simulation.observers.client.needs("validatePeer"), 1);
});

test("keys elsewhere: the agreement is asked for after the server has proven itself, the signature after it", () => {
  const ephemeral: string[] = [];
  const pair = makePair({
    client: { externalKeyAgreement: true, suites: [0xc0ae] },
    clientDelayMs: (need) => {
      ephemeral.push(need.kind);
      return 100;
    },
  });
  pair.client.start(0);
  pair.simulation.run();
  assert.deepEqual(ephemeral, ["validatePeer", "chooseCredential", "agreeKey"]);
  assert.equal(pair.simulation.observers.client.error?.code, "NEED_FAILED");
});
