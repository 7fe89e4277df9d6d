// Our endpoint as client against libcoap's coap-server, over UDP on loopback.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { before, describe, test } from "node:test";
import type { CoapEndpoint } from "../../src/coap/endpoint.ts";
import { Code, codeText, Method } from "../../src/coap/message.ts";
import { decodeUtf8, toHex } from "../../src/util/bytes.ts";
import { pattern, request } from "../support/coap-messages.ts";
import { connectUdp } from "../support/coap-udp.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { deadline } from "../support/foreign/deadline.ts";
import { ForeignProcess } from "../support/foreign/foreign-process.ts";

describe("our client at libcoap's server", () => {
  const cleanup = suiteCleanup();
  let client: CoapEndpoint;
  before(async () => {
    const port = await freePort();
    const args = ["-A", "127.0.0.1", "-p", `${port}`, "-d", "10"];
    new ForeignProcess(cleanup, { command: "coap-server-notls", args }, (line) => line);
    const connection = await connectUdp(port);
    client = connection.endpoint;
    cleanup.after(() => connection.close());
    // Answers as soon as the server listens: until then the datagrams are lost, and retransmitted.
    await client.ping();
  });

  test("gets the list of resources", async () => {
    const { code, payload, contentFormat } = await client.send(request({ path: [".well-known", "core"] }));
    assert.deepEqual([codeText(code), contentFormat], ["2.05", 40]);
    assert.match(decodeUtf8(payload ?? new Uint8Array(0), "list"), /<\/time>/);
  });

  test("creates a resource of 100 kB by Block1 and gets it back by Block2", async () => {
    const body = pattern(100_000);
    const put = await client.send(request({ method: Method.PUT, path: ["new"], contentFormat: 42, payload: body }));
    assert.equal(codeText(put.code), "2.01");
    const got = await client.send(request({ path: ["new"] }));
    assert.equal(got.code, Code.Content);
    assert.equal(toHex(got.payload ?? new Uint8Array(0)), toHex(body));
  });

  test("takes a separate response", async () => {
    const { code } = await client.send(request({ path: ["async"], query: ["1"] }));
    assert.equal(code, Code.Content);
  });

  test("observes, and cancels", async () => {
    let notifications = 0;
    let arrived: () => void = () => {};
    const two = new Promise<void>((resolve) => (arrived = resolve));
    const observation = await client.observe(request({ path: ["time"] }), {
      notification: () => {
        if (++notifications === 2) arrived();
      },
    });
    assert.equal(observation.observing, true);
    await deadline(two, 10, () => `${notifications} of 2 notifications came`);
    assert.equal((await observation.cancel()).code, Code.Content);
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
