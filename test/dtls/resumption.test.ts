import assert from "node:assert/strict";
import { test } from "node:test";
import { cipherSuites, usesCertificates } from "../../src/dtls/cipher-suites.ts";
import { encodeFragment } from "../../src/dtls/flight/handshake-fragment.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import { decodeClientHello } from "../../src/dtls/handshake/messages/client-hello.ts";
import { decodeServerHello } from "../../src/dtls/handshake/messages/server-hello.ts";
import { ContentType } from "../../src/dtls/record/record.ts";
import { decodeResumableSession, encodeResumableSession } from "../../src/dtls/resumable-session.ts";
import { MemorySessionCache } from "../../src/dtls/session-cache.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { lastMessage } from "../support/dtls-adversary.ts";
import { certificateAnswers } from "../support/dtls-identity.ts";
import { speakers } from "../support/dtls-known-keys.ts";
import { clientIdentity, connectedPair, serverIdentity } from "../support/dtls-pair.ts";
import { FirstHandshake, run } from "../support/dtls-resumption.ts";
import type { Observer } from "../support/dtls-simulation.ts";

const needs = (observer: Observer) => observer.events.filter(({ type }) => type === "need").length;

for (const suite of cipherSuites) {
  test(`${suite.name}: a session is resumed in one round trip with nothing asked of either side`, () => {
    const client = usesCertificates(suite) ? {} : { pskIdentity: encodeUtf8("device") };
    const first = new FirstHandshake({ client: { ...client, suites: [suite.id] } });
    assert.equal(first.session.resumed, false);
    const pair = first.again();
    const seen = run(pair);
    for (const observer of [seen.client, seen.server]) {
      assert.equal(observer.session?.resumed, true);
      assert.equal(observer.session?.cipherSuiteName, suite.name);
      assert.equal(needs(observer), 0);
    }
    assert.deepEqual(seen.client.session?.peerChain, usesCertificates(suite) ? serverIdentity.chain : []);
    assert.deepEqual(seen.server.session?.peerChain, usesCertificates(suite) ? clientIdentity.chain : []);
    assert.deepEqual(seen.server.session?.peerIdentity, client.pskIdentity);
    assert.deepEqual(seen.client.session?.resumable, first.resumable);
    // ClientHello, the server's flight, the client's: 10 ms each; the server knows at 30 ms.
    assert.equal(seen.client.session?.handshake.milliseconds, 20);
    assert.equal(pair.simulation.sent.length, 3);
  });
}

test("a resumed session carries data both ways, under keys of its own", () => {
  const pair = new FirstHandshake().again();
  run(pair);
  const { client, server, simulation } = pair;
  client.send(encodeUtf8("up"));
  server.send(encodeUtf8("down"));
  simulation.run();
  assert.deepEqual(simulation.observers.server.data.map(toHex), [toHex(encodeUtf8("up"))]);
  assert.deepEqual(simulation.observers.client.data.map(toHex), [toHex(encodeUtf8("down"))]);
});

test("tls-unique of a resumed session is the server's Finished, another each time", () => {
  const first = new FirstHandshake();
  const unique = [first.again(), first.again()].map((pair) => {
    const { client, server } = run(pair);
    assert.deepEqual(client.session?.tlsUnique, server.session?.tlsUnique);
    return toHex(client.session?.tlsUnique ?? new Uint8Array());
  });
  assert.equal(new Set([toHex(first.session.tlsUnique), ...unique]).size, 3);
});

test("a session that was kept and read back is resumed", () => {
  const first = new FirstHandshake({ client: { serverName: "lwm2m.example" } });
  const resume = decodeResumableSession(encodeResumableSession(first.resumable));
  assert.equal(run(first.again({ resume })).client.session?.resumed, true);
});

test("a server that forgot the session makes a full handshake in the same exchange", () => {
  const first = new FirstHandshake();
  const { client, server } = run(first.again({}, { sessions: new MemorySessionCache() }));
  assert.equal(client.session?.resumed, false);
  assert.equal(client.needs("sign"), 1);
  assert.equal(client.session?.handshake.milliseconds, 40);
  assert.notDeepEqual(client.session?.resumable?.sessionId, first.resumable.sessionId);
  assert.deepEqual(server.session?.resumable?.sessionId, client.session?.resumable?.sessionId);
});

test("the server forgets a session after the age that its cache allows", () => {
  const sessions = new MemorySessionCache({ maxAgeMs: 60_000 });
  const first = new FirstHandshake({ server: { sessions } });
  const at = (now: number) => {
    const pair = first.again();
    pair.client.start(now);
    pair.simulation.now = now;
    pair.simulation.run();
    return pair.simulation.observers.client.session?.resumed;
  };
  assert.deepEqual([at(59_000), at(61_000)], [true, false]);
});

test("a server without a place for sessions gives no session id, and nothing is resumable", () => {
  const { simulation } = connectedPair();
  assert.equal(simulation.observers.client.session?.resumable, undefined);
  assert.equal(decodeServerHello(lastMessage(simulation.sent, HandshakeType.server_hello)).sessionId.length, 0);
});

test("session ids are 32 bytes and never the same", () => {
  const ids = [new FirstHandshake(), new FirstHandshake()].map(({ resumable }) => toHex(resumable.sessionId));
  assert.deepEqual(
    ids.map((id) => id.length),
    [64, 64],
  );
  assert.notEqual(ids[0], ids[1]);
});

test("a session whose peer showed too long a chain is not kept", () => {
  const chain = [serverIdentity.publicKey, new Uint8Array(8192)];
  const { simulation } = connectedPair({
    server: { sessions: new MemorySessionCache() },
    serverAnswers: certificateAnswers({ ...serverIdentity, chain }),
  });
  assert.equal(simulation.observers.client.session?.resumable, undefined);
});

for (const [what, client] of [
  ["another server name", { serverName: "other.example" }],
  ["no server name", {}],
  ["other suites", { serverName: "lwm2m.example", suites: [0xc02b] }],
] as const) {
  test(`a client configured with ${what} does not offer the session at all`, () => {
    const first = new FirstHandshake({ client: { serverName: "lwm2m.example", suites: [0xc0ae] } });
    const pair = connectedPair({
      client: { ...client, resume: first.resumable },
      server: { sessions: first.sessions },
    });
    const hello = decodeClientHello(lastMessage(pair.simulation.sent, HandshakeType.client_hello));
    assert.equal(hello.sessionId.length, 0);
    assert.equal(pair.simulation.observers.client.session?.resumed, false);
  });
}

test("a client with another PSK identity does not offer the session", () => {
  const first = new FirstHandshake({ client: { pskIdentity: encodeUtf8("device") } });
  assert.equal(run(first.again({ pskIdentity: encodeUtf8("other") })).client.session?.resumed, false);
});

test("a damaged session is not offered", () => {
  const first = new FirstHandshake();
  for (const damage of [{ sessionId: new Uint8Array() }, { masterSecret: new Uint8Array(47) }, { cipherSuite: 1 }]) {
    const { client } = run(first.again({ resume: { ...first.resumable, ...damage } }));
    assert.equal(client.session?.resumed, false);
  }
});

test("a server that no longer allows the suite makes a full handshake with another", () => {
  const first = new FirstHandshake();
  assert.equal(first.session.cipherSuite, 0xc0ae);
  const { client } = run(first.again({}, { suites: [0xc02b] }));
  assert.equal(client.session?.resumed, false);
  assert.equal(client.session?.cipherSuite, 0xc02b);
});

test("a session of a client that showed no certificate does not get in where one is required now", () => {
  const first = new FirstHandshake({ server: { requestClientCertificate: false } });
  const { server } = run(first.again({}, { requestClientCertificate: true }));
  assert.equal(server.session?.resumed, false);
  assert.deepEqual(server.session?.peerChain, clientIdentity.chain);
});

test("a session that ended with a fatal alert is not resumed, one that was closed in order is", () => {
  const first = new FirstHandshake();
  const closed = first.again();
  run(closed);
  closed.client.close(closed.simulation.now);
  closed.simulation.run();
  const failed = first.again();
  assert.equal(run(failed).client.session?.resumed, true);
  const { asClient } = speakers(failed.simulation.sent, first.resumable.masterSecret);
  failed.simulation.inject("server", asClient.protect(ContentType.alert, 1, Uint8Array.of(2, 80)));
  assert.equal(failed.simulation.observers.server.error?.code, "ALERT_RECEIVED");
  assert.equal(run(first.again()).client.session?.resumed, false);
});

test("the client's lost Finished is sent again when the server repeats its flight, and what it sent before is not believed", () => {
  const pair = new FirstHandshake().again();
  let clientDatagrams = 0;
  pair.simulation.intercept = (from, datagram) => (from === "client" && ++clientDatagrams === 2 ? [] : [datagram]);
  pair.client.start(0);
  pair.simulation.run(100);
  assert.ok(pair.simulation.observers.client.session);
  assert.equal(pair.simulation.observers.server.session, undefined);
  pair.client.send(encodeUtf8("too early for the server"));
  pair.simulation.run();
  assert.ok(pair.simulation.observers.server.session);
  assert.deepEqual(pair.simulation.observers.server.data, []);
  pair.client.send(encodeUtf8("now"));
  pair.simulation.run();
  assert.deepEqual(pair.simulation.observers.server.data.map(toHex), [toHex(encodeUtf8("now"))]);
});

test("the client keeps its last flight until the server uses the keys", () => {
  const first = new FirstHandshake();
  const { client, server, simulation } = first.again();
  client.start(0);
  simulation.run(5000);
  const { asServer } = speakers(simulation.sent, first.resumable.masterSecret);
  const finished = {
    type: HandshakeType.finished,
    length: 12,
    messageSequence: 1,
    offset: 0,
    body: new Uint8Array(12),
  };
  const repeat = () =>
    simulation.inject("client", asServer.protect(ContentType.handshake, 1, encodeFragment(finished)));
  const sentBefore = simulation.sent.length;
  repeat();
  assert.equal(simulation.sent.length, sentBefore + 1);
  server.send(encodeUtf8("data"));
  simulation.run(10_000);
  repeat();
  assert.equal(simulation.sent.length, sentBefore + 2);
});
