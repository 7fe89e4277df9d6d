import assert from "node:assert/strict";
import { test } from "node:test";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { cipherSuites, usesCertificates, usesEphemeralKeys } from "../../src/dtls/cipher-suites.ts";
import { DtlsClient } from "../../src/dtls/client.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { withoutExtendedMasterSecret } from "../support/dtls-adversary.ts";
import { certificateAnswers, makeIdentity, pskAnswers } from "../support/dtls-identity.ts";
import {
  clientIdentity,
  connectedPair,
  dtlsPorts,
  makePair,
  preSharedKey,
  serverIdentity,
} from "../support/dtls-pair.ts";

for (const suite of cipherSuites) {
  for (const [groupName, group] of Object.entries(NamedGroup)) {
    if (!usesEphemeralKeys(suite) && group !== NamedGroup.secp256r1) continue;
    for (const mutual of usesCertificates(suite) ? [true, false] : [false]) {
      test(`${suite.name} with ${groupName}${mutual ? " and a client certificate" : ""} ends connected`, () => {
        const common = { suites: [suite.id], groups: [group] };
        const identity = usesCertificates(suite) ? {} : { pskIdentity: encodeUtf8("device") };
        const { simulation } = connectedPair({
          client: { ...common, ...identity },
          server: { ...common, requestClientCertificate: mutual },
        });
        const { client, server } = simulation.observers;
        assert.equal(client.session?.cipherSuiteName, suite.name);
        assert.equal(server.session?.cipherSuite, suite.id);
        assert.deepEqual(client.session?.peerChain, usesCertificates(suite) ? serverIdentity.chain : []);
        assert.deepEqual(server.session?.peerChain, mutual ? clientIdentity.chain : []);
        assert.deepEqual(server.session?.peerIdentity, identity.pskIdentity);
        assert.equal(client.session?.extendedMasterSecret, true);
        assert.equal(client.session?.tlsUnique.length, 12);
        assert.deepEqual(client.session?.tlsUnique, server.session?.tlsUnique);
      });
    }
  }
}

test("application data goes both ways and each side closes in order", () => {
  const { client, server, simulation } = connectedPair();
  client.send(encodeUtf8("up"));
  server.send(encodeUtf8("down"));
  simulation.run();
  assert.deepEqual(simulation.observers.server.data.map(toHex), [toHex(encodeUtf8("up"))]);
  assert.deepEqual(simulation.observers.client.data.map(toHex), [toHex(encodeUtf8("down"))]);
  client.close(simulation.now);
  simulation.run();
  assert.deepEqual(simulation.observers.client.closed, { type: "closed" });
  assert.deepEqual(simulation.observers.server.closed, { type: "closed" });
  assert.throws(() => client.send(encodeUtf8("late")), { code: "NOT_CONNECTED" });
});

test("nothing can be sent before the session is established", () => {
  const { client } = makePair();
  assert.throws(() => client.send(encodeUtf8("early")), { code: "NOT_CONNECTED" });
  client.start(0);
  assert.throws(() => client.send(encodeUtf8("early")), { code: "NOT_CONNECTED" });
});

test("P-384 certificates prove themselves with SHA-384", () => {
  const identity = makeIdentity("P-384");
  const { simulation } = connectedPair({
    clientAnswers: certificateAnswers(identity),
    serverAnswers: certificateAnswers(identity),
  });
  assert.deepEqual(simulation.observers.server.session?.peerChain, identity.chain);
});

test("a server without a certificate falls back to the client's PSK suites", () => {
  const psk = pskAnswers(preSharedKey);
  const { simulation } = connectedPair({
    client: { pskIdentity: encodeUtf8("device"), certificates: true },
    serverAnswers: (need) => (need.kind === "chooseCredential" ? { kind: "chooseCredential" } : psk(need)),
  });
  assert.equal(simulation.observers.client.session?.cipherSuiteName, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256");
});

test("without a common suite both sides know, and the client within a second", () => {
  const { client, simulation } = makePair({ client: { suites: [0xc0ae] }, server: { suites: [0xc02b] } });
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.server.error?.code, "NOTHING_IN_COMMON");
  assert.equal(simulation.observers.client.error?.code, "ALERT_RECEIVED");
  assert.match(simulation.observers.client.error?.message ?? "", /handshake_failure \(40\), unauthenticated/);
  assert.equal(simulation.now, 1000);
});

test("a client without a certificate is refused where one is required", () => {
  const { client, simulation } = makePair({ clientAnswers: certificateAnswers(undefined) });
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.server.error?.code, "CERTIFICATE_REFUSED");
  assert.equal(simulation.observers.client.error?.alert, 40);
});

test("the server name reaches the server's choice of credential", () => {
  const { simulation } = connectedPair({ client: { serverName: "lwm2m.example" } });
  const names = simulation.observers.server.events.flatMap((event) =>
    event.type === "need" && event.need.kind === "chooseCredential" ? [event.need.serverName] : [],
  );
  assert.deepEqual(names, ["lwm2m.example"]);
});

for (const mtu of [128, 200, 512]) {
  test(`a long chain passes through datagrams of ${mtu} bytes`, () => {
    const chain = [serverIdentity.publicKey, new Uint8Array(1500).fill(7), new Uint8Array(1500).fill(8)];
    const { simulation } = connectedPair({
      client: { mtu },
      server: { mtu },
      serverAnswers: certificateAnswers({ ...serverIdentity, chain }),
    });
    assert.deepEqual(simulation.observers.client.session?.peerChain.map(toHex), chain.map(toHex));
    assert.ok(simulation.sent.every(({ datagram }) => datagram.length <= mtu));
  });
}

test("a chain over the limit ends the handshake and names the setting", () => {
  const chain = [serverIdentity.publicKey, new Uint8Array(5000)];
  const { client, simulation } = makePair({
    client: { maxHandshakeMessageBytes: 4096 },
    serverAnswers: certificateAnswers({ ...serverIdentity, chain }),
  });
  client.start(0);
  simulation.run();
  assert.match(simulation.observers.client.error?.message ?? "", /maxHandshakeMessageBytes/);
});

test("a peer without extended_master_secret is refused where it is required, by default in the server role", () => {
  const strip = (client: boolean, server: { requireExtendedMasterSecret?: boolean }) => {
    const pair = makePair({
      client: { requireExtendedMasterSecret: client },
      server: { ...server, requestClientCertificate: false },
    });
    pair.simulation.intercept = (_, datagram) => [withoutExtendedMasterSecret(datagram)];
    pair.client.start(0);
    pair.simulation.run();
    return pair.simulation.observers;
  };
  assert.equal(strip(false, {}).server.error?.code, "NOTHING_IN_COMMON");
  const lenient = { requireExtendedMasterSecret: false };
  assert.equal(strip(true, lenient).client.error?.code, "NOTHING_IN_COMMON");
  // Where neither requires it, the stripped hello is found out by Finished.
  assert.match(strip(false, lenient).server.error?.message ?? "", /Finished is wrong/);
});

test("figures count what went over the wire", () => {
  const { simulation } = connectedPair();
  const sum = (from: "client" | "server") => simulation.sent.filter((one) => one.from === from);
  const figures = simulation.observers.client.session?.handshake;
  assert.equal(figures?.datagramsSent, sum("client").length);
  assert.equal(figures?.datagramsReceived, sum("server").length);
  assert.equal(
    figures?.bytesSent,
    sum("client").reduce((bytes, { datagram }) => bytes + datagram.length, 0),
  );
  assert.equal(
    figures?.bytesReceived,
    sum("server").reduce((bytes, { datagram }) => bytes + datagram.length, 0),
  );
  // Two round trips of 20 ms.
  assert.equal(figures?.milliseconds, 40);
});

test("a dead server is given up after the configured retransmissions", () => {
  const { client, simulation } = makePair();
  simulation.intercept = () => [];
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.client.error?.code, "HANDSHAKE_TIMEOUT");
  assert.match(simulation.observers.client.error?.message ?? "", /ServerHello did not come, asked 6 times/);
  assert.deepEqual(
    simulation.sent.map(({ at }) => at),
    [0, 1000, 3000, 7000, 15_000, 31_000],
  );
  assert.equal(simulation.now, 63_000);
  assert.equal(client.nextDeadline(), undefined);
});

test("a configuration that cannot work is refused", () => {
  for (const config of [
    { suites: [0x1301] },
    { mtu: 100 },
    { serverName: "192.0.2.1" },
    { suites: [0xc0a8] },
    { groups: [] },
  ]) {
    assert.throws(() => new DtlsClient(config, dtlsPorts), RangeError);
  }
});
