import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertDescription } from "../../src/dtls/alert.ts";
import { ExtensionType } from "../../src/dtls/handshake/extensions/extension-list.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import {
  decodeServerHello,
  encodeServerHello,
  type ServerHello,
} from "../../src/dtls/handshake/messages/server-hello.ts";
import { MemorySessionCache } from "../../src/dtls/session-cache.ts";
import { forgedMessage, rewriteMessages, withoutExtendedMasterSecret } from "../support/dtls-adversary.ts";
import { FirstHandshake, run } from "../support/dtls-resumption.ts";

const wrongSecret = new Uint8Array(48).fill(1);

function changeServerHello(datagram: Uint8Array, change: (hello: ServerHello) => Partial<ServerHello>): Uint8Array {
  return rewriteMessages(datagram, HandshakeType.server_hello, (body) => {
    const hello = decodeServerHello(body);
    return encodeServerHello({ ...hello, ...change(hello) });
  });
}

test("who knows a session's id but not its secret gets no session, and does its owner no harm", () => {
  const first = new FirstHandshake();
  const { client, server } = run(first.again({ resume: { ...first.resumable, masterSecret: wrongSecret } }));
  for (const observer of [client, server]) {
    assert.equal(observer.session, undefined);
    assert.equal(observer.error?.code, "HANDSHAKE_TIMEOUT");
  }
  assert.equal(run(first.again()).client.session?.resumed, true);
});

test("a server that knows a session's id but not its secret gets no session", () => {
  const first = new FirstHandshake();
  const sessions = new MemorySessionCache();
  sessions.store({ ...first.resumable, masterSecret: wrongSecret }, 0);
  const { client, server } = run(first.again({}, { sessions }));
  assert.equal(client.session ?? server.session, undefined);
});

test("a Finished in the clear ends an abbreviated handshake and does not cost its owner the session", () => {
  const first = new FirstHandshake();
  const pair = first.again({ resume: { ...first.resumable, masterSecret: wrongSecret } });
  pair.client.start(0);
  pair.simulation.run(50);
  pair.simulation.inject("server", forgedMessage(HandshakeType.finished, 1, new Uint8Array(12)));
  assert.equal(pair.simulation.observers.server.error?.alert, AlertDescription.unexpected_message);
  assert.equal(run(first.again()).client.session?.resumed, true);
});

test("a session is good for the server name that it was made for alone", () => {
  const first = new FirstHandshake({ client: { serverName: "one.example" } });
  const resume = { ...first.resumable, serverName: "other.example" };
  const { client, server } = run(first.again({ serverName: "other.example", resume }));
  assert.equal(client.session?.resumed, false);
  assert.equal(server.needs("validatePeer"), 1);
});

test("a session of one way of proof is not resumed as another", () => {
  const first = new FirstHandshake({ client: { suites: [0xc0ae] } });
  const pair = first.again({ suites: [0xc0ac, 0xc02b], resume: { ...first.resumable, cipherSuite: 0xc0ac } });
  assert.equal(run(pair).client.session?.resumed, false);
});

test("a resumption that loses extended_master_secret on its way is refused by the server", () => {
  const first = new FirstHandshake({ server: { requireExtendedMasterSecret: false } });
  const pair = first.again();
  pair.simulation.intercept = (from, datagram) => [
    from === "client" ? withoutExtendedMasterSecret(datagram) : datagram,
  ];
  const { server } = run(pair);
  assert.equal(server.session, undefined);
  assert.match(server.error?.message ?? "", /without its extended_master_secret/);
  assert.equal(server.error?.alert, AlertDescription.handshake_failure);
});

for (const [what, change, message] of [
  [
    "without extended_master_secret",
    ({ extensions }: ServerHello) => ({
      extensions: extensions.filter(({ type }) => type !== ExtensionType.extended_master_secret),
    }),
    /without its extended_master_secret/,
  ],
  ["with another suite", () => ({ cipherSuite: 0xc02b }), /with another suite, TLS_ECDHE_ECDSA_WITH_AES_128_GCM/],
] as const) {
  test(`a server that resumes ${what} is refused by the client`, () => {
    const pair = new FirstHandshake().again();
    pair.simulation.intercept = (_, datagram) => [changeServerHello(datagram, change)];
    const { client } = run(pair);
    assert.equal(client.session, undefined);
    assert.equal(client.error?.code, "PEER_MISBEHAVED");
    assert.match(client.error?.message ?? "", message);
  });
}

test("a full handshake made to look like a resumption gets nowhere", () => {
  const first = new FirstHandshake();
  const pair = first.again({}, { sessions: new MemorySessionCache() });
  const { sessionId } = first.resumable;
  pair.simulation.intercept = (_, datagram) => [changeServerHello(datagram, () => ({ sessionId }))];
  const { client } = run(pair);
  assert.equal(client.error?.alert, AlertDescription.unexpected_message);
  assert.equal(client.needs("sign"), 0);
});

test("a resumption made to look like a full handshake gets nowhere", () => {
  const pair = new FirstHandshake().again();
  pair.simulation.intercept = (_, datagram) => [changeServerHello(datagram, () => ({ sessionId: new Uint8Array(32) }))];
  const { client, server } = run(pair);
  assert.equal(client.session ?? server.session, undefined);
});
