import assert from "node:assert/strict";
import { test } from "node:test";
import { DtlsClient } from "../../src/dtls/client.ts";
import { readInitialHello } from "../../src/dtls/listener-hello.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { Network } from "../support/dtls-network.ts";
import { dtlsPorts } from "../support/dtls-pair.ts";

function firstHello(): Uint8Array {
  const client = new DtlsClient({}, dtlsPorts);
  client.start(0);
  return client.nextDatagram() ?? new Uint8Array();
}

test("several clients have their own sessions", () => {
  const network = new Network();
  const addresses = ["192.0.2.1:1", "192.0.2.1:2", "[2001:db8::1]:1"];
  const [, second] = addresses.map((address) => network.connect(address));
  assert.deepEqual(
    network.of("connected").map(({ peer }) => peer),
    addresses,
  );
  second?.send(encodeUtf8("from the second"));
  network.run();
  assert.deepEqual(
    network.of("data").map(({ peer }) => peer),
    ["192.0.2.1:2"],
  );
  const [first] = network.of("connected");
  network.listener.send(first?.connection ?? 0, encodeUtf8("to the first"), 0);
  network.run();
});

test("a hello without a cookie leaves nothing behind and gets a small answer", () => {
  const { listener } = new Network();
  const hello = firstHello();
  for (let i = 0; i < 1000; i++) listener.handleDatagram(`192.0.2.1:${i}`, hello, 0);
  const answer = listener.nextDatagram();
  assert.ok(answer && answer.datagram.length < hello.length);
  assert.equal(listener.nextDeadline(), undefined);
  assert.equal(listener.nextEvent(), undefined);
});

test("a cookie is good for the address and the hello that it was made for, for a minute or two", () => {
  for (const [peer, now, accepted] of [
    ["192.0.2.1:1", 0, true],
    ["192.0.2.1:1", 59_000, true],
    ["192.0.2.1:1", 119_000, true],
    ["192.0.2.1:1", 121_000, false],
    ["192.0.2.1:2", 0, false],
  ] as const) {
    const { listener } = new Network();
    const client = new DtlsClient({}, dtlsPorts);
    client.start(0);
    listener.handleDatagram("192.0.2.1:1", client.nextDatagram() ?? new Uint8Array(), 0);
    client.handleDatagram(listener.nextDatagram()?.datagram ?? new Uint8Array(), 0);
    const second = client.nextDatagram() ?? new Uint8Array();
    if (now > 60_000) listener.handleDatagram("192.0.2.9:9", firstHello(), 60_001);
    listener.nextDatagram();
    listener.handleDatagram(peer, second, now);
    assert.equal(listener.nextEvent() !== undefined, accepted, `${peer} at ${now}`);
  }
});

test("the handshake goes on with the sequence numbers of the hello that brought the cookie", () => {
  const network = new Network();
  const client = new DtlsClient({}, dtlsPorts);
  client.start(0);
  const { listener } = network;
  listener.handleDatagram("a", client.nextDatagram() ?? new Uint8Array(), 0);
  client.handleDatagram(listener.nextDatagram()?.datagram ?? new Uint8Array(), 0);
  const initial = readInitialHello(client.nextDatagram() ?? new Uint8Array());
  assert.equal(initial?.messageSequence, 1);
  assert.equal(initial?.recordSequence, 1);
});

test("a client that starts anew keeps its old session until the new one is proven", () => {
  const network = new Network();
  const old = network.connect("a");
  old.send(encodeUtf8("before"));
  network.run();
  const [first] = network.of("connected");
  // Somebody else's hello from the same address, without a way to finish the handshake.
  network.listener.handleDatagram("a", firstHello(), 0);
  old.send(encodeUtf8("still"));
  network.run();
  assert.equal(network.of("data").length, 2);
  assert.equal(network.of("closed").length, 0);
  network.connect("a");
  assert.equal(network.of("connected").length, 2);
  assert.deepEqual(
    network.of("closed").map(({ connection }) => connection),
    [first?.connection],
  );
});

test("no more connections than allowed are kept: the one silent longest goes", () => {
  const network = new Network({ maxConnections: 2 });
  for (const address of ["a", "b", "c"]) {
    network.connect(address);
    network.now += 1000;
  }
  assert.deepEqual(
    network.of("closed").map(({ peer }) => peer),
    ["a"],
  );
});

test("verbs on a connection that is gone do nothing, but send says so", () => {
  const { listener } = new Network();
  listener.resume(5, 1, { kind: "chooseCredential" }, 0);
  listener.refuse(5, 1, new Error("late"), 0);
  listener.close(5, 0);
  assert.throws(() => listener.send(5, new Uint8Array(), 0), { code: "NOT_CONNECTED" });
});

test("closing all says goodbye to each", () => {
  const network = new Network();
  const first = network.connect("a");
  network.connect("b");
  network.listener.closeAll(0);
  network.run();
  assert.equal(network.of("closed").length, 2);
  assert.throws(() => first.send(new Uint8Array()), { code: "NOT_CONNECTED" });
});

test("datagrams of strangers that are no hello are dropped", () => {
  const { listener } = new Network();
  for (const bytes of [new Uint8Array(), Uint8Array.of(22), firstHello().subarray(0, 60), new Uint8Array(2000)]) {
    listener.handleDatagram("a", bytes, 0);
  }
  assert.equal(listener.nextDatagram(), undefined);
});
