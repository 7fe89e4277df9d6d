import assert from "node:assert/strict";
import { test } from "node:test";
import type { DtlsEvent, Need, NeedAnswer } from "../../src/dtls/connection.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { type Answerer, certificateAnswers, makeIdentity, pskAnswers } from "../support/dtls-identity.ts";
import {
  clientIdentity,
  connectedPair,
  dtlsPorts,
  makePair,
  preSharedKey,
  serverIdentity,
} from "../support/dtls-pair.ts";

const usual = certificateAnswers(clientIdentity);

/** The usual answers but for one kind. */
function except(kind: Need["kind"], answer: (need: Need) => NeedAnswer | undefined): Answerer {
  return (need) => (need.kind === kind ? answer(need) : usual(need));
}

function outcome(clientAnswers: Answerer, serverAnswers?: Answerer) {
  const { client, simulation } = makePair({ clientAnswers, ...(serverAnswers ? { serverAnswers } : {}) });
  client.start(0);
  simulation.run();
  return simulation.observers;
}

for (const kind of ["chooseCredential", "validatePeer", "sign"] as const) {
  test(`when ${kind} is refused the handshake ends, and the cause is kept`, () => {
    const { client, server } = outcome(except(kind, () => undefined));
    assert.equal(client.error?.code, "NEED_FAILED");
    assert.match(String(client.error?.cause), /refused by the test/);
    assert.equal(server.error?.code, "ALERT_RECEIVED");
    assert.equal(server.error?.alert, 80);
  });
}

test("an own signature that does not verify is never sent", () => {
  const wrong = makeIdentity();
  const { client, server } = outcome(
    except("sign", (need) =>
      need.kind === "sign" ? { kind: "sign", signature: wrong.sign(need.message, need.scheme) } : undefined,
    ),
  );
  assert.equal(client.error?.code, "NEED_FAILED");
  assert.match(client.error?.message ?? "", /own signature does not fit/);
  assert.equal(server.session, undefined);
});

test("an answer of another kind ends the handshake", () => {
  assert.equal(outcome(except("sign", () => ({ kind: "chooseCredential" }))).client.error?.code, "NEED_FAILED");
});

test("a refused certificate ends the handshake with its alert and the verifier's words", () => {
  const verdict = { accepted: false, code: "expired", message: "CN=server has ended on 1 May" } as const;
  const { client, server } = outcome(except("validatePeer", () => ({ kind: "validatePeer", verdict })));
  assert.equal(client.error?.code, "CERTIFICATE_REFUSED");
  assert.equal(client.error?.alert, 45);
  assert.match(client.error?.message ?? "", /has ended on 1 May/);
  assert.equal(server.error?.alert, 45);
});

test("a server certificate without an EC key does not fit the suite", () => {
  const verdict = { accepted: true, publicKey: encodeUtf8("not a key") } as const;
  const { client } = outcome(except("validatePeer", () => ({ kind: "validatePeer", verdict })));
  assert.equal(client.error?.alert, 43);
});

test("a credential whose signatures the peer cannot verify has nothing in common with it", () => {
  const { client, simulation } = makePair({
    server: { schemes: [0x0403] },
    clientAnswers: certificateAnswers(makeIdentity("P-384")),
  });
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.client.error?.code, "NOTHING_IN_COMMON");
});

test("an unknown PSK identity is answered with decrypt_error", () => {
  const { client, simulation } = makePair({
    client: { pskIdentity: encodeUtf8("nobody") },
    serverAnswers: () => undefined,
  });
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.server.error?.alert, 51);
  assert.equal(simulation.observers.client.error?.alert, 51);
});

test("a PSK holder's answer of a wrong length is not used", () => {
  const { client, simulation } = makePair({
    client: { pskIdentity: encodeUtf8("device") },
    clientAnswers: () => ({ kind: "deriveMasterSecret", masterSecret: new Uint8Array(47) }),
  });
  client.start(0);
  simulation.run();
  assert.equal(simulation.observers.client.error?.code, "NEED_FAILED");
});

test("keys elsewhere: the handshake uses what agreeKey gives", () => {
  const order: string[] = [];
  const psk = pskAnswers(preSharedKey);
  const { simulation } = connectedPair({
    client: { pskIdentity: encodeUtf8("device"), suites: [0xd003], externalKeyAgreement: true },
    clientAnswers: (need) => {
      order.push(need.kind);
      if (need.kind !== "agreeKey") return psk(need);
      const keys = dtlsPorts.ephemeralKeys.generate(need.group);
      return { kind: "agreeKey", publicKey: keys.publicKey, sharedSecret: keys.agree(need.peerPublicKey) };
    },
  });
  assert.deepEqual(order, ["agreeKey", "deriveMasterSecret"]);
  assert.ok(simulation.observers.server.session);
});

test("a need that is not answered in time ends the handshake and is cancelled", () => {
  const { client, simulation } = makePair({
    client: { needTimeoutMs: 5000 },
    clientDelayMs: (need) => (need.kind === "sign" ? 5001 : 0),
  });
  client.start(0);
  simulation.run();
  const { events, error } = simulation.observers.client;
  assert.equal(error?.code, "NEED_TIMEOUT");
  assert.match(error?.message ?? "", /sign was not answered within 5000 ms/);
  const sign = events.find((event) => event.type === "need" && event.need.kind === "sign");
  assert.ok(sign?.type === "need");
  assert.deepEqual(cancelled(events), [sign.id]);
  assert.equal(events.at(-1)?.type, "closed");
});

test("closing cancels what is open, and late answers and refusals are dropped", () => {
  const { client, simulation } = makePair({ clientDelayMs: () => 1000 });
  client.start(0);
  simulation.run(100);
  client.close(100);
  simulation.pump();
  assert.equal(cancelled(simulation.observers.client.events).length, 2);
  const seen = simulation.observers.client.events.length;
  simulation.run(2000);
  client.refuse(1, new Error("late"), 2000);
  client.resume(77, { kind: "chooseCredential" }, 2000);
  simulation.pump();
  assert.equal(simulation.observers.client.events.length, seen);
});

test("an answer given twice is used once", () => {
  const { client, simulation } = connectedPair();
  const need = simulation.observers.client.events.find((event) => event.type === "need");
  assert.ok(need?.type === "need");
  client.resume(need.id, { kind: "sign", signature: new Uint8Array() }, simulation.now);
  client.refuse(need.id, new Error("no"), simulation.now);
  simulation.pump();
  assert.equal(simulation.observers.client.closed, undefined);
});

test("the signature is asked for over every message of the handshake so far", () => {
  const { simulation } = connectedPair();
  const sign = simulation.observers.client.events.find((event) => event.type === "need" && event.need.kind === "sign");
  assert.ok(sign?.type === "need" && sign.need.kind === "sign");
  // ClientHello comes first, with its header; the server's certificate is in it.
  assert.equal(sign.need.message[0], 1);
  assert.ok(Buffer.from(sign.need.message).includes(Buffer.from(serverIdentity.publicKey)));
});

function cancelled(events: readonly DtlsEvent[]): readonly number[] {
  return events.flatMap((event) => (event.type === "needCancelled" ? [event.id] : []));
}
