import assert from "node:assert/strict";
import { test } from "node:test";
import { cipherSuites } from "../../src/dtls/cipher-suites.ts";
import { DtlsClient } from "../../src/dtls/client.ts";
import { ExtensionType } from "../../src/dtls/handshake/extensions/extension-list.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import { decodeClientHello, encodeClientHello } from "../../src/dtls/handshake/messages/client-hello.ts";
import { ContentType, decodeRecords } from "../../src/dtls/record/record.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { lastMessage, rewriteMessages } from "../support/dtls-adversary.ts";
import { connectedPair, dtlsPorts, makePair } from "../support/dtls-pair.ts";
import { FirstHandshake, run } from "../support/dtls-resumption.ts";
import type { DtlsSimulation, Side } from "../support/dtls-simulation.ts";

/** Lengths of the Connection IDs in the protected records that a side sent; 0: one without. */
function idLengths(simulation: DtlsSimulation, side: Side, length: number): ReadonlySet<number> {
  const records = simulation.sent
    .filter(({ from }) => from === side)
    .flatMap(({ datagram }) => decodeRecords(datagram, length));
  return new Set(records.filter(({ epoch }) => epoch === 1).map(({ connectionId }) => connectionId?.length ?? 0));
}

// What each side wants in the records to it; false: it does not know the extension.
for (const client of [false, 0, 4, 255] as const) {
  for (const server of [false, 0, 6] as const) {
    test(`client ${client}, server ${server}: each side's records carry what the other wants`, () => {
      const pair = connectedPair({ client: { connectionIdLength: client }, server: { connectionIdLength: server } });
      pair.client.send(encodeUtf8("up"));
      pair.server.send(encodeUtf8("down"));
      pair.simulation.run();
      const { client: c, server: s } = pair.simulation.observers;
      assert.deepEqual([c.data.length, s.data.length], [1, 1]);
      const negotiated = client !== false && server !== false;
      assert.deepEqual(c.session?.connectionIds?.own, s.session?.connectionIds?.peer);
      assert.deepEqual(c.session?.connectionIds?.peer, s.session?.connectionIds?.own);
      assert.equal(c.session?.connectionIds?.own.length, negotiated ? client : undefined);
      assert.deepEqual(idLengths(pair.simulation, "client", server || 0), new Set([negotiated ? server : 0]));
      assert.deepEqual(idLengths(pair.simulation, "server", client || 0), new Set([negotiated ? client : 0]));
    });
  }
}

for (const { id, name, keyExchange } of cipherSuites) {
  test(`${name}: a handshake with IDs both ways ends connected`, () => {
    const identity = keyExchange === "ECDHE_ECDSA" ? {} : { pskIdentity: encodeUtf8("device") };
    const { client, simulation } = connectedPair({
      client: { suites: [id], connectionIdLength: 3, ...identity },
      server: { connectionIdLength: 8 },
    });
    client.close(simulation.now);
    simulation.run();
    assert.deepEqual(simulation.observers.server.closed, { type: "closed" });
  });
}

test("by default a client offers an empty ID: it needs none, and puts the server's in its records", () => {
  const { simulation } = connectedPair({ server: { connectionIdLength: 6 } });
  const { extensions } = decodeClientHello(lastMessage(simulation.sent, HandshakeType.client_hello));
  assert.equal(
    toHex(extensions.find(({ type }) => type === ExtensionType.connection_id)?.data ?? new Uint8Array()),
    "00",
  );
  assert.deepEqual(idLengths(simulation, "client", 6), new Set([6]));
  assert.deepEqual(idLengths(simulation, "server", 0), new Set([0]));
});

test("an abbreviated handshake negotiates IDs anew", () => {
  const first = new FirstHandshake({ server: { connectionIdLength: 6 } });
  const { client } = run(first.again());
  assert.equal(client.session?.resumed, true);
  assert.equal(client.session?.connectionIds?.peer.length, 6);
  assert.notDeepEqual(client.session?.connectionIds?.peer, first.session.connectionIds?.peer);
  assert.equal(run(first.again({}, { connectionIdLength: false })).client.session?.connectionIds, undefined);
  assert.equal(run(first.again({ connectionIdLength: false })).client.session?.connectionIds, undefined);
});

test("handshake messages under IDs stay within the MTU", () => {
  const { simulation } = connectedPair({
    client: { mtu: 200, connectionIdLength: 20 },
    server: { mtu: 200, connectionIdLength: 20 },
  });
  assert.ok(simulation.sent.every(({ datagram }) => datagram.length <= 200));
});

test("records that overtake each other in a handshake with IDs are kept until there are keys", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { simulation } = connectedPair({
      client: { connectionIdLength: 4, mtu: 256 },
      server: { connectionIdLength: 6, mtu: 256 },
      conditions: { minDelayMs: 1, maxDelayMs: 200, seed },
    });
    assert.equal(simulation.sent.length < 40, true);
  }
});

test("records with another ID, with the ID of the other direction, or with none are dropped in silence", () => {
  const { client, server, simulation } = connectedPair({
    client: { connectionIdLength: 6 },
    server: { connectionIdLength: 6 },
  });
  client.send(encodeUtf8("up"));
  const genuine = client.nextDatagram() ?? new Uint8Array();
  const own = simulation.observers.client.session?.connectionIds?.own ?? new Uint8Array();
  const unnamed = new Uint8Array([23, ...genuine.subarray(1, 11), ...genuine.subarray(17)]);
  const before = simulation.sent.length;
  for (const forged of [
    genuine.slice().fill(9, 11, 17),
    new Uint8Array([...genuine.subarray(0, 11), ...own, ...genuine.subarray(17)]),
    unnamed,
  ]) {
    simulation.inject("server", forged);
  }
  assert.deepEqual(simulation.observers.server.data, []);
  assert.equal(simulation.sent.length, before);
  simulation.inject("server", genuine);
  assert.equal(simulation.observers.server.data.length, 1);
  server.close(simulation.now);
});

test("an ID that somebody put into a hello on its way is found out", () => {
  const pair = makePair({ client: { connectionIdLength: 4 }, server: { connectionIdLength: 6 } });
  pair.simulation.intercept = (_, datagram) => [
    rewriteMessages(datagram, HandshakeType.client_hello, (body) => {
      const hello = decodeClientHello(body);
      const swap = (type: number) => type === ExtensionType.connection_id;
      const data = Uint8Array.of(4, 6, 6, 6, 6);
      const extensions = hello.extensions.map((entry) => (swap(entry.type) ? { ...entry, data } : entry));
      return encodeClientHello({ ...hello, extensions });
    }),
  ];
  const { client, server } = run(pair);
  assert.equal(client.session ?? server.session, undefined);
});

test("a malformed connection_id ends the handshake", () => {
  const pair = makePair({ server: { connectionIdLength: 6 } });
  pair.simulation.intercept = (_, datagram) => [
    rewriteMessages(datagram, HandshakeType.client_hello, (body) => {
      const hello = decodeClientHello(body);
      const spoil = (type: number) => type === ExtensionType.connection_id;
      const extensions = hello.extensions.map((entry) =>
        spoil(entry.type) ? { ...entry, data: Uint8Array.of(9, 1) } : entry,
      );
      return encodeClientHello({ ...hello, extensions });
    }),
  ];
  assert.equal(run(pair).server.error?.code, "PEER_MALFORMED");
});

test("with an ID in its records the longest plaintext is a byte shorter", () => {
  const { client } = connectedPair({ server: { connectionIdLength: 6 } });
  assert.throws(() => client.send(new Uint8Array(2 ** 14)), RangeError);
  client.send(new Uint8Array(2 ** 14 - 1));
  assert.equal(decodeRecords(client.nextDatagram() ?? new Uint8Array(), 6)[0]?.type, ContentType.tls12_cid);
});

test("a length that no ID can have is refused", () => {
  for (const connectionIdLength of [-1, 256, 1.5, Number.NaN]) {
    assert.throws(() => new DtlsClient({ connectionIdLength }, dtlsPorts), RangeError);
  }
});
