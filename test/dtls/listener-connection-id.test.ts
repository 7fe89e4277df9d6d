import assert from "node:assert/strict";
import { test } from "node:test";
import { DtlsClient } from "../../src/dtls/client.ts";
import { DtlsListener } from "../../src/dtls/listener.ts";
import { decodeRecords, encodeRecord } from "../../src/dtls/record/record.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { makeIdentity } from "../support/dtls-identity.ts";
import { Network } from "../support/dtls-network.ts";
import { dtlsPorts } from "../support/dtls-pair.ts";

/** One record of the client, taken off the wire instead of delivered. */
function capture(network: Network, client: DtlsClient, text: string): Uint8Array {
  network.delivers = false;
  client.send(encodeUtf8(text));
  network.run();
  network.delivers = true;
  return network.sent.at(-1)?.datagram ?? new Uint8Array();
}

function say(network: Network, client: DtlsClient, text: string): void {
  client.send(encodeUtf8(text));
  network.run();
}

/** The only session's connection. */
function connectionOf(network: Network): number {
  return network.of("connected").at(-1)?.connection ?? 0;
}

const moves = (network: Network) =>
  network.of("peerMoved").map(({ peer, event }) => [event.type === "peerMoved" && event.from, peer]);

test("a client keeps its session through 100 changes of address, both ways, without a handshake record", () => {
  const network = new Network();
  const client = network.connect("nat:0");
  const before = network.sent.length;
  for (let change = 1; change <= 100; change++) {
    network.move(client, `nat:${change}`);
    say(network, client, `up ${change}`);
    network.listener.send(connectionOf(network), encodeUtf8(`down ${change}`), network.now);
    network.run();
  }
  assert.equal(network.received.length, 100);
  assert.equal(network.observer(client).data.length, 100);
  assert.equal(network.sent.length - before, 100);
  assert.equal(network.of("connected").length, 1);
  assert.deepEqual(network.stray, []);
  assert.deepEqual(moves(network).at(-1), ["nat:99", "nat:100"]);
});

test("without Connection IDs a change of address loses the session", () => {
  for (const [listener, client] of [
    [{ connectionIdLength: false }, {}],
    [{ connectionIdLength: 0 }, {}],
    [{}, { connectionIdLength: false }],
  ] as const) {
    const network = new Network(listener);
    const device = network.connect("a", client);
    say(network, device, "heard");
    network.move(device, "b");
    say(network, device, "lost");
    assert.deepEqual(network.received, ["heard"]);
  }
});

test("the change is said before the data that came with it, under the new address", () => {
  const network = new Network();
  const client = network.connect("a");
  network.move(client, "b");
  const before = network.events.length;
  say(network, client, "hello");
  assert.deepEqual(
    network.events.slice(before).map(({ event, peer }) => [event.type, peer]),
    [
      ["peerMoved", "b"],
      ["data", "b"],
    ],
  );
});

test("a record replayed from elsewhere moves nothing and is not delivered again", () => {
  const network = new Network();
  const client = network.connect("a");
  say(network, client, "once");
  const seen = network.sent.at(-1)?.datagram ?? new Uint8Array();
  network.listener.handleDatagram("attacker", seen, 0);
  network.run();
  assert.deepEqual(network.received, ["once"]);
  assert.deepEqual(moves(network), []);
});

test("a record replayed after a change of address does not bring the old address back", () => {
  const network = new Network();
  const client = network.connect("a");
  say(network, client, "from a");
  const seen = network.sent.at(-1)?.datagram ?? new Uint8Array();
  const held = capture(network, client, "held back");
  network.move(client, "b");
  say(network, client, "from b");
  network.listener.handleDatagram("a", seen, 0);
  // Authentic and never seen, but older than the newest: delivered, as any that was overtaken, and no reason to move.
  network.listener.handleDatagram("a", held, 0);
  network.run();
  assert.deepEqual(network.received, ["from a", "from b", "held back"]);
  assert.deepEqual(moves(network), [["a", "b"]]);
  network.listener.send(connectionOf(network), encodeUtf8("to b"), 0);
  network.run();
  assert.equal(network.observer(client).data.length, 1);
});

test("forged records with a session's ID move nothing, at any byte forged", () => {
  const network = new Network();
  const client = network.connect("a");
  const genuine = capture(network, client, "genuine");
  for (let at = 0; at < genuine.length; at++) {
    const forged = genuine.slice();
    forged[at] = (forged[at] ?? 0) ^ 1;
    network.listener.handleDatagram("attacker", forged, 0);
  }
  network.run();
  assert.deepEqual([network.received, moves(network), network.stray], [[], [], []]);
  network.listener.handleDatagram("a", genuine, 0);
  network.run();
  assert.deepEqual(network.received, ["genuine"]);
});

test("records with an unknown ID get no answer and leave nothing behind", () => {
  const network = new Network();
  const client = network.connect("a");
  const genuine = capture(network, client, "genuine");
  const { listener } = network;
  for (let id = 0; id < 256; id++) listener.handleDatagram("a", genuine.slice().fill(id, 11, 17), 0);
  listener.handleDatagram("a", genuine.subarray(0, 15), 0);
  assert.equal(listener.nextDatagram(), undefined);
  assert.equal(listener.nextEvent(), undefined);
});

test("an ID is gone with its session", () => {
  const network = new Network();
  const client = network.connect("a");
  const late = capture(network, client, "late");
  network.listener.close(connectionOf(network), 0);
  while (network.listener.nextDatagram()) {}
  network.listener.handleDatagram("a", late, 0);
  assert.equal(network.listener.nextDatagram(), undefined);
  assert.deepEqual(network.received, []);
});

test("a client that starts anew from its address ends its old session; another client there leaves it findable", () => {
  const network = new Network();
  const device = network.connect("nat:1");
  network.connect("nat:1");
  assert.equal(network.of("closed").length, 1);

  const other = new Network();
  const first = other.connect("nat:1");
  other.move(first, "nowhere");
  other.connect("nat:1", {}, makeIdentity());
  assert.equal(other.of("closed").length, 0);
  other.move(first, "nat:2");
  say(other, first, "still here");
  assert.deepEqual(other.received, ["still here"]);
  assert.deepEqual(moves(other), [["nat:1", "nat:2"]]);
  assert.throws(() => network.session(device), /not a client/);
});

test("clients that swap their addresses keep their sessions apart", () => {
  const network = new Network();
  const [one, two] = [network.connect("a"), network.connect("b", {}, makeIdentity())];
  network.move(one, "b");
  network.move(two, "a");
  say(network, one, "one");
  say(network, two, "two");
  const [first, second] = network.of("connected").map(({ connection }) => connection);
  network.listener.send(first ?? 0, encodeUtf8("to one"), 0);
  network.listener.send(second ?? 0, encodeUtf8("to two"), 0);
  network.run();
  assert.deepEqual(
    network.of("data").map(({ connection, peer }) => [connection, peer]),
    [
      [first, "b"],
      [second, "a"],
    ],
  );
  assert.deepEqual(
    [one, two].map((client) => network.observer(client).data.map(toHex)),
    [[toHex(encodeUtf8("to one"))], [toHex(encodeUtf8("to two"))]],
  );
});

test("when all IDs of a length are taken, a client gets none and its session works without", () => {
  const network = new Network({ connectionIdLength: 1 }, { randomBytes: (length) => new Uint8Array(length).fill(7) });
  const ids = ["a", "b"].map((address) => network.session(network.connect(address)).connectionIds?.peer);
  assert.deepEqual(ids, [Uint8Array.of(7), undefined]);
});

test("a handshake stays at the address that its cookie was given to", () => {
  const network = new Network();
  const { resumable } = network.session(network.connect("a"));
  assert.ok(resumable);
  const { listener } = network;
  const client = new DtlsClient({ resume: resumable }, dtlsPorts);
  const fromClient = () => client.nextDatagram() ?? new Uint8Array();
  client.start(0);
  for (let flight = 0; flight < 2; flight++) {
    listener.handleDatagram("b", fromClient(), 0);
    for (let out = listener.nextDatagram(); out; out = listener.nextDatagram()) client.handleDatagram(out.datagram, 0);
  }
  const finished = decodeRecords(fromClient(), 6).find(({ type }) => type === 25);
  assert.ok(finished);
  listener.handleDatagram("elsewhere", encodeRecord(finished), 0);
  network.run();
  assert.deepEqual(
    network.of("connected").map(({ peer }) => peer),
    ["a", "b"],
  );
  assert.deepEqual(moves(network), []);
});

test("a device resumes at a listener after a change of address, with nothing asked of either side", () => {
  const network = new Network();
  const before = network.connect("a");
  const { resumable } = network.session(before);
  assert.ok(resumable);
  const needs = network.of("need").length;
  const after = network.connect("b", { resume: resumable });
  assert.equal(network.session(after).resumed, true);
  assert.equal(network.of("need").length, needs);
  assert.equal(network.observer(after).events.filter(({ type }) => type === "need").length, 0);
  say(network, after, "hello again");
  assert.deepEqual(network.received, ["hello again"]);
});

test("a listener told to keep no sessions makes full handshakes", () => {
  const network = new Network({ sessions: false });
  assert.equal(network.session(network.connect("a")).resumable, undefined);
});

test("a length that no ID can have is refused", () => {
  assert.throws(() => new DtlsListener({ connectionIdLength: 256 }, dtlsPorts), RangeError);
});
