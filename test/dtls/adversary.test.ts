import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertDescription } from "../../src/dtls/alert.ts";
import { encodeFragment } from "../../src/dtls/flight/handshake-fragment.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import {
  decodeEcdheServerKeyExchange,
  encodeEcdheServerKeyExchange,
} from "../../src/dtls/handshake/messages/server-key-exchange.ts";
import { ContentType } from "../../src/dtls/record/record.ts";
import type { RecordLayer } from "../../src/dtls/record/record-layer.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { forgedAlert, forgedMessage, forgedRecord, rewriteMessages } from "../support/dtls-adversary.ts";
import { pskAnswers } from "../support/dtls-identity.ts";
import { speakers } from "../support/dtls-known-keys.ts";
import { connectedPair, dtlsPorts, makePair, type Pair, preSharedKey } from "../support/dtls-pair.ts";

test("a forged fatal alert followed by the server's real answer does no harm", () => {
  const { client, simulation } = makePair();
  client.start(0);
  for (const description of [AlertDescription.handshake_failure, AlertDescription.close_notify]) {
    simulation.inject("client", forgedAlert(description));
    simulation.inject("server", forgedAlert(description));
  }
  simulation.run();
  assert.ok(simulation.observers.client.session);
  assert.equal(simulation.observers.client.closed, undefined);
});

test("an alert in the clear that nothing contradicts ends the handshake at the next time-out, in words", () => {
  const { client, simulation } = makePair();
  simulation.intercept = () => [];
  client.start(0);
  simulation.inject("client", forgedAlert(AlertDescription.unknown_ca));
  simulation.run();
  assert.equal(simulation.now, 1000);
  assert.match(simulation.observers.client.error?.message ?? "", /unknown_ca \(48\), unauthenticated/);
});

test("a warning in the clear is ignored", () => {
  const { client, simulation } = makePair();
  simulation.intercept = () => [];
  client.start(0);
  simulation.inject("client", forgedAlert(AlertDescription.unrecognized_name, 1));
  simulation.run(10_000);
  assert.equal(simulation.observers.client.closed, undefined);
});

test("after the handshake nothing in the clear is believed", () => {
  const { client, server, simulation } = connectedPair();
  for (const side of ["client", "server"] as const) {
    simulation.inject(side, forgedRecord(ContentType.application_data, encodeUtf8("forged")));
    simulation.inject(side, forgedRecord(ContentType.application_data, encodeUtf8("forged, but as if under keys"), 1));
    simulation.inject(side, forgedRecord(ContentType.application_data, encodeUtf8("another epoch"), 2));
    simulation.inject(side, forgedAlert(AlertDescription.handshake_failure));
    simulation.inject(side, forgedMessage(HandshakeType.hello_request, 0, new Uint8Array()));
    simulation.inject(side, forgedMessage(HandshakeType.finished, 7, new Uint8Array(12)));
  }
  client.send(encodeUtf8("still here"));
  server.send(encodeUtf8("so am I"));
  simulation.run();
  assert.deepEqual(simulation.observers.server.data.map(toHex), [toHex(encodeUtf8("still here"))]);
  assert.deepEqual(simulation.observers.client.data.map(toHex), [toHex(encodeUtf8("so am I"))]);
});

test("application data before the peer's Finished is never delivered", () => {
  const { client, simulation } = makePair();
  client.start(0);
  for (const at of [5, 15, 25, 35]) {
    simulation.run(at);
    for (const epoch of [0, 1]) {
      simulation.inject(
        "client",
        forgedRecord(ContentType.application_data, encodeUtf8("a forged command to the device"), epoch),
      );
    }
  }
  simulation.run();
  assert.ok(simulation.observers.client.session);
  assert.deepEqual(simulation.observers.client.data, []);
});

test("every datagram of a session replayed changes nothing", () => {
  const { client, server, simulation } = connectedPair();
  client.send(encodeUtf8("one"));
  client.send(encodeUtf8("two"));
  server.send(encodeUtf8("three"));
  simulation.run();
  for (const { from, datagram } of [...simulation.sent]) {
    simulation.inject(from === "client" ? "server" : "client", datagram);
  }
  simulation.run();
  assert.equal(simulation.observers.server.data.length, 2);
  assert.equal(simulation.observers.client.data.length, 1);
  assert.equal(simulation.observers.server.closed, undefined);
});

test("a key share that the server's certificate did not sign is refused", () => {
  const { client, simulation } = makePair();
  const own = dtlsPorts.ephemeralKeys.generate(0x17);
  simulation.intercept = (from, datagram) => {
    if (from === "client") return [datagram];
    const swap = (body: Uint8Array) => {
      const exchange = decodeEcdheServerKeyExchange(body);
      return encodeEcdheServerKeyExchange({ ...exchange, parameters: { group: 0x17, publicKey: own.publicKey } });
    };
    return [rewriteMessages(datagram, HandshakeType.server_key_exchange, swap)];
  };
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.client.error?.code, "PEER_MISBEHAVED");
  assert.equal(simulation.observers.client.error?.alert, AlertDescription.decrypt_error);
  assert.equal(simulation.observers.client.needs("sign"), 0);
});

test("a key share that is no point of the curve is refused", () => {
  const { client, simulation } = makePair({ client: { pskIdentity: encodeUtf8("device"), suites: [0xd003] } });
  simulation.intercept = (from, datagram) => {
    if (from === "server") return [datagram];
    const spoil = (body: Uint8Array) => body.map((byte, i) => (i === body.length - 1 ? byte ^ 1 : byte));
    return [rewriteMessages(datagram, HandshakeType.client_key_exchange, spoil)];
  };
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.server.error?.code, "PEER_MISBEHAVED");
  assert.match(simulation.observers.server.error?.message ?? "", /unusable ephemeral key/);
});

test("with different pre-shared keys neither side believes the other", () => {
  const { client, simulation } = makePair({
    client: { pskIdentity: encodeUtf8("device") },
    serverAnswers: pskAnswers(Uint8Array.of(9)),
  });
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.client.session, undefined);
  assert.equal(simulation.observers.server.session, undefined);
  assert.equal(simulation.observers.client.error?.code, "HANDSHAKE_TIMEOUT");
});

test("a ClientHello and a HelloRequest sent to the client role are dropped", () => {
  const { client, simulation } = makePair();
  client.start(0);
  simulation.pump();
  const [hello] = simulation.sent;
  assert.ok(hello);
  simulation.inject("client", hello.datagram);
  simulation.inject("client", forgedMessage(HandshakeType.hello_request, 0, new Uint8Array()));
  simulation.run();
  assert.ok(simulation.observers.client.session);
});

test("a message out of turn ends the handshake", () => {
  const { client, simulation } = makePair();
  client.start(0);
  simulation.inject("client", forgedMessage(HandshakeType.server_hello_done, 0, new Uint8Array()));
  assert.equal(simulation.observers.client.error?.alert, AlertDescription.unexpected_message);
});

test("a message that does not parse ends the handshake", () => {
  const { client, simulation } = makePair();
  client.start(0);
  simulation.inject("client", forgedMessage(HandshakeType.server_hello, 0, Uint8Array.of(1, 2, 3)));
  assert.equal(simulation.observers.client.error?.code, "PEER_MALFORMED");
});

test("a Finished in the clear ends the handshake", () => {
  const { client, simulation } = makePair();
  simulation.intercept = (from, datagram) => (from === "client" ? [datagram] : []);
  client.start(0);
  simulation.inject("client", forgedMessage(HandshakeType.finished, 0, new Uint8Array(12)));
  assert.equal(simulation.observers.client.error?.alert, AlertDescription.unexpected_message);
});

test("HelloVerifyRequest is followed once, and not without a cookie", () => {
  for (const cookies of ["fefd00", "feff0101,feff0102"]) {
    const { client, simulation } = makePair();
    simulation.intercept = () => [];
    client.start(0);
    for (const [sequence, body] of cookies.split(",").entries()) {
      const message = forgedMessage(
        HandshakeType.hello_verify_request,
        sequence,
        Uint8Array.from(Buffer.from(body, "hex")),
      );
      simulation.inject("client", message);
    }
    assert.equal(simulation.observers.client.error?.code, "PEER_MISBEHAVED");
  }
});

test("renegotiation is refused with a warning and the session goes on", () => {
  const pair = connectedPskPair();
  const hello = encodeFragment({ type: 1, length: 0, messageSequence: 0, offset: 0, body: new Uint8Array() });
  const request = encodeFragment({ type: 0, length: 0, messageSequence: 0, offset: 0, body: new Uint8Array() });
  const before = pair.simulation.sent.length;
  pair.simulation.inject("client", pair.asServer.protect(ContentType.handshake, 1, request));
  pair.simulation.inject("server", pair.asClient.protect(ContentType.handshake, 1, hello));
  pair.simulation.run();
  assert.equal(pair.simulation.sent.length, before + 2);
  pair.client.send(encodeUtf8("up"));
  pair.simulation.run();
  assert.equal(pair.simulation.observers.server.data.length, 1);
});

test("an alert under keys is believed, named and not answered", () => {
  const pair = connectedPskPair();
  const before = pair.simulation.sent.length;
  pair.simulation.inject("client", pair.asServer.protect(ContentType.alert, 1, Uint8Array.of(2, 49)));
  assert.equal(pair.simulation.observers.client.error?.code, "ALERT_RECEIVED");
  assert.match(pair.simulation.observers.client.error?.message ?? "", /access_denied \(49\)$/);
  assert.equal(pair.simulation.sent.length, before);
});

/** A finished PSK handshake and record layers with the keys of either side, a little ahead in sequence numbers. */
function connectedPskPair(): Pair & { readonly asClient: RecordLayer; readonly asServer: RecordLayer } {
  let master = new Uint8Array();
  const answers = pskAnswers(preSharedKey);
  const pair = connectedPair({
    client: { pskIdentity: encodeUtf8("device"), suites: [0xc0a8] },
    clientAnswers: (need) => {
      const answer = answers(need);
      if (answer?.kind === "deriveMasterSecret") master = Uint8Array.from(answer.masterSecret);
      return answer;
    },
  });
  return { ...pair, ...speakers(pair.simulation.sent, master) };
}
