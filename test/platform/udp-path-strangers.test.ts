import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { openUdpPath } from "../../src/platform/udp-path.ts";

async function boundSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

test("a path hears its peer and nobody else", async (t) => {
  const [peer, stranger] = [await boundSocket(), await boundSocket()];
  const path = await openUdpPath({ host: "127.0.0.1", port: peer.address().port, family: 4 });
  t.after(() => {
    path.close();
    peer.close();
    stranger.close();
  });
  const heard: number[] = [];
  const heardPeer = new Promise<void>((resolve) => {
    path.onDatagram(([first = 0]) => {
      heard.push(first);
      if (first === 2) resolve();
    });
  });
  path.send(Uint8Array.of(0));
  const [, { port }] = await once(peer, "message");
  await new Promise((sent) => stranger.send(Uint8Array.of(1), port, "127.0.0.1", sent));
  peer.send(Uint8Array.of(2), port, "127.0.0.1");
  await heardPeer;
  assert.deepEqual(heard, [2]);
});
