import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { resolveAll } from "../../src/platform/resolver.ts";
import { openUdpPath } from "../../src/platform/udp-path.ts";
import { addressText, type DatagramPath, type PeerAddress, parseAddress } from "../../src/util/network.ts";

async function echoServer(t: { after(fn: () => void): void }): Promise<PeerAddress> {
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.on("message", (datagram, from) => socket.send(datagram, from.port, from.address));
  return bound(socket);
}

async function bound(socket: Socket): Promise<PeerAddress> {
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { host: "127.0.0.1", port: socket.address().port, family: 4 };
}

const datagram = (path: DatagramPath) => new Promise<Uint8Array>((resolve) => path.onDatagram(resolve));
const hint = (path: DatagramPath) => new Promise<Error>((resolve) => path.onHint(resolve));

test("datagrams go to the peer and come back from it", async (t) => {
  const path = await openUdpPath(await echoServer(t));
  t.after(() => path.close());
  const answer = datagram(path);
  path.send(Uint8Array.of(1, 2, 3));
  assert.deepEqual([...(await answer)], [1, 2, 3]);
});

test("a refused datagram is a hint, not an exception", async (t) => {
  const gone = createSocket("udp4");
  const peer = await bound(gone);
  gone.close();
  const path = await openUdpPath(peer);
  t.after(() => path.close());
  const refused = hint(path);
  path.send(Uint8Array.of(1));
  assert.match((await refused).message, /ECONNREFUSED/);
});

test("a listener that throws costs one datagram and not the process", async (t) => {
  const path = await openUdpPath(await echoServer(t));
  t.after(() => path.close());
  path.onDatagram(() => {
    throw new Error("defect");
  });
  const told = hint(path);
  path.send(Uint8Array.of(1));
  assert.equal((await told).message, "defect");
});

test("a path to nowhere is refused in words", async () => {
  const peer: PeerAddress = { host: "127.0.0.1", port: 9, family: 4 };
  const opened = openUdpPath(peer, { localAddress: "192.0.2.77" });
  await assert.rejects(opened, { code: "PATH_UNAVAILABLE", message: /no way to 127\.0\.0\.1:9/ });
});

test("sending on a closed path is silently nothing", async (t) => {
  const path = await openUdpPath(await echoServer(t));
  path.close();
  path.close();
  path.send(Uint8Array.of(1));
});

test("a numeric address resolves to itself, v4 and v6, and a bad name says so", async () => {
  assert.deepEqual(await resolveAll("127.0.0.1", 5683), [{ host: "127.0.0.1", port: 5683, family: 4 }]);
  assert.deepEqual(await resolveAll("::1", 5683), [{ host: "::1", port: 5683, family: 6 }]);
  // A label longer than 63 letters is refused without a query.
  await assert.rejects(resolveAll(`${"a".repeat(64)}.example`, 1), { code: "NAME_NOT_RESOLVED" });
});

test("addresses are written as in URIs and read back", () => {
  const v6: PeerAddress = { host: "::1", port: 1, family: 6 };
  const v4: PeerAddress = { host: "192.0.2.1", port: 1, family: 4 };
  assert.deepEqual([v6, v4].map(addressText), ["[::1]:1", "192.0.2.1:1"]);
  assert.deepEqual([v6, v4].map(addressText).map(parseAddress), [v6, v4]);
});
