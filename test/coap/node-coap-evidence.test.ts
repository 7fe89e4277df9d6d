// Why the CoAP message and block layers are our own: the same datagrams go to npm `coap` 1.5.0 and to our endpoint,
// over UDP on loopback. docs/decisions/coap.md draws on this file.
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { on, once } from "node:events";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import coap from "coap";
import { decodeMessage } from "../../src/coap/codec.ts";
import type { Observation } from "../../src/coap/exchange.ts";
import { type CoapMessage, Code, codeText, MessageType, Method } from "../../src/coap/message.ts";
import { OptionNumber } from "../../src/coap/options.ts";
import { toHex } from "../../src/util/bytes.ts";
import { datagram, option, pattern } from "../support/coap-messages.ts";
import { block1 } from "../support/coap-script.ts";
import { serveUdp, type UdpServer } from "../support/coap-udp.ts";

/** What reached a handler, in order. */
class HandledRequests {
  readonly all: { readonly code: string; readonly payload: Uint8Array }[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  add(code: string, payload: Uint8Array): void {
    this.all.push({ code, payload });
    for (const { count, resolve } of this.#waiting) if (this.all.length >= count) resolve();
  }

  reached(count: number): Promise<void> {
    if (this.all.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

/** A server under test. Its handler answers 2.04, to a path "slow" only when `answerSlow` is called. */
interface Subject {
  readonly port: number;
  readonly handled: HandledRequests;
  answerSlow(): void;
  close(): void;
}

const [get, put] = [Method.GET, Method.PUT];
const slowPath = option(OptionNumber.UriPath, "slow");

// node-coap keeps a timer of 2 * MAX_LATENCY + ACK_TIMEOUT for a late acknowledgement, also one sent after its server was
// closed: with the default it holds the process for 202 s. So it is never set back.
coap.updateTiming({ maxLatency: 0 });

describe("the same datagrams, node-coap and ours", () => {
  let theirs: Subject;
  let ours: Subject;
  let client: ForeignClient;
  beforeEach(async () => {
    theirs = await nodeCoap();
    ours = await ownEndpoint();
    client = await ForeignClient.open();
  });
  afterEach(() => {
    for (const open of [theirs, ours, client]) open.close();
  });

  test("a 100 kB Block1 upload whose token changes from block to block: theirs fails with 5.00, ours is whole", async () => {
    const body = pattern(100_000);
    assert.equal(await client.upload(theirs.port, body), "5.00");
    assert.equal(theirs.handled.all.length, 0);
    assert.equal(await client.upload(ours.port, body), "2.04");
    assert.equal(ours.handled.all.length, 1);
    assert.equal(toHex(ours.handled.all[0]?.payload ?? new Uint8Array(0)), toHex(body));
  });

  test("an unmatched Reset: theirs takes it for a request and answers, ours is silent", async () => {
    const reset = { type: MessageType.RST, code: 0, messageId: 0x4242 };
    assert.equal((await client.ask(theirs.port, reset)).messageId, 0x4242);
    assert.equal(theirs.handled.all[0]?.code, "0.00");
    client.send(ours.port, reset);
    assert.equal((await client.ask(ours.port, { code: get, messageId: 1 })).messageId, 1);
    assert.equal(ours.handled.all.length, 1);
  });

  test("a ping: theirs takes it for a request, ours answers with a Reset", async () => {
    const ping = { code: 0, messageId: 0x4343 };
    assert.notEqual((await client.ask(theirs.port, ping)).type, MessageType.RST);
    assert.equal(theirs.handled.all[0]?.code, "0.00");
    const pong = await client.ask(ours.port, ping);
    assert.deepEqual([pong.type, pong.messageId], [MessageType.RST, 0x4343]);
    assert.equal(ours.handled.all.length, 0);
  });

  test("one datagram with a high block number: theirs allocates 16 MB for it, ours refuses with 4.13", async (t) => {
    const allocate = t.mock.method(Buffer, "alloc");
    // Not the highest, for which it would be 1 GiB.
    const last = { code: put, token: Uint8Array.of(9), options: [block1(0x3fff, false, 1024)], payload: pattern(5) };
    assert.equal(codeText((await client.ask(theirs.port, last)).code), "5.00");
    assert.ok(allocate.mock.calls.some(({ arguments: [size] }) => size === 0x3fff * 1024 + 5));
    assert.equal(codeText((await client.ask(ours.port, last)).code), "4.13");
  });

  test("a retransmission while the handler still works: theirs runs it twice, ours once", async () => {
    const slow = { code: get, messageId: 0x4545, token: Uint8Array.of(1), options: [slowPath] };
    for (const port of [theirs.port, ours.port]) {
      client.send(port, slow);
      client.send(port, slow);
    }
    await theirs.handled.reached(2);
    await client.ask(ours.port, { code: get, messageId: 1, token: Uint8Array.of(2) }, 2);
    assert.equal(ours.handled.all.length, 2);
    for (const subject of [theirs, ours]) {
      subject.answerSlow();
      await client.ask(subject.port, { code: get, token: Uint8Array.of(3) }, 3);
    }
  });
});

describe("node-coap's client against our endpoint", () => {
  let server: UdpServer;
  let observation: Observation | undefined;
  const received: Uint8Array[] = [];
  before(async () => {
    server = await serveUdp({
      handle: ({ payload, path }, observe) => {
        if (payload.length > 0) received.push(payload);
        observation = observe?.() ?? observation;
        return { code: Code.Content, contentFormat: 42, payload: path[0] === "big" ? pattern(5000) : Uint8Array.of(1) };
      },
    });
  });
  after(() => server.close());

  test("gets a body of five blocks", async () => {
    const response = await nodeCoapRequest(server.port, { method: "GET", pathname: "/big" });
    assert.equal(response.code, "2.05");
    assert.equal(toHex(response.payload), toHex(pattern(5000)));
  });

  test("posts a small body, and a large one by Block1, each handled once", async () => {
    for (const size of [10, 5000]) {
      received.length = 0;
      const response = await nodeCoapRequest(server.port, { method: "POST", pathname: "/r" }, pattern(size));
      assert.equal(response.code, "2.05");
      assert.deepEqual(received.map(toHex), [toHex(pattern(size))]);
    }
  });

  test("observes", async () => {
    const request = coap.request({ hostname: "127.0.0.1", port: server.port, pathname: "/o", observe: true });
    const responded = once(request, "response");
    request.end();
    const [stream] = await responded;
    const seen: string[] = [];
    stream.on("data", (data: Uint8Array) => seen.push(toHex(data)));
    await once(stream, "data");
    for (const value of [2, 3]) {
      const arrived = once(stream, "data");
      observation?.notify({ code: Code.Content, payload: Uint8Array.of(value) }, true);
      await arrived;
    }
    stream.close();
    assert.deepEqual(seen, ["01", "02", "03"]);
  });
});

/** Asks datagram by datagram, with a new Message ID and a new token each, as libcoap, aiocoap and Californium do. */
class ForeignClient {
  readonly #socket: Socket;
  #messageId = 100;

  static async open(): Promise<ForeignClient> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new ForeignClient(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, from) => {
      const { type, messageId } = decodeMessage(bytes);
      if (type === MessageType.CON) this.send(from.port, { type: MessageType.ACK, code: 0, messageId });
    });
  }

  send(port: number, parts: Partial<CoapMessage>): void {
    this.#socket.send(datagram({ messageId: this.#messageId++, ...parts }), port, "127.0.0.1");
  }

  /** The first answer; with a `token`, the first that has its first byte. */
  async ask(port: number, parts: Partial<CoapMessage>, token?: number): Promise<CoapMessage> {
    const arrivals = on(this.#socket, "message");
    this.send(port, parts);
    for await (const [bytes, from] of arrivals) {
      const answer = decodeMessage(bytes);
      if (from.port === port && (token === undefined || answer.token[0] === token)) return answer;
    }
    throw new Error("the socket closed");
  }

  /** Gives the code that ends the upload. */
  async upload(port: number, body: Uint8Array): Promise<string> {
    for (let number = 0; ; number++) {
      const payload = body.subarray(1024 * number, 1024 * number + 1024);
      const more = 1024 * number + 1024 < body.length;
      const token = Uint8Array.of(number >> 8, number & 0xff, 0x5a);
      const { code } = await this.ask(port, { code: put, token, options: [block1(number, more, 1024)], payload });
      if (code !== Code.Continue || !more) return codeText(code);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

async function nodeCoap(): Promise<Subject> {
  const handled = new HandledRequests();
  const slow: (() => void)[] = [];
  const server = coap.createServer((request, response) => {
    handled.add(request.code, request.payload);
    const answer = (): void => {
      response.code = "2.04";
      response.end();
    };
    if (request.url === "/slow") slow.push(answer);
    else answer();
  });
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  await new Promise<void>((resolve) => server.listen(socket, () => resolve()));
  const { port } = socket.address();
  const close = (): void => {
    // Its acknowledgement timers outlive close() and would throw on a closed socket.
    Object.assign(socket, { send() {} });
    server.close();
    socket.close();
  };
  return { port, handled, answerSlow: () => slow.forEach((answer) => void answer()), close };
}

async function ownEndpoint(): Promise<Subject> {
  const handled = new HandledRequests();
  const slow: (() => void)[] = [];
  const server = await serveUdp({
    handle: async ({ method, path, payload }) => {
      handled.add(codeText(method), payload);
      if (path[0] === "slow") await new Promise<void>((resolve) => slow.push(resolve));
      return { code: Code.Changed };
    },
  });
  return { port: server.port, handled, answerSlow: () => slow.forEach((answer) => void answer()), close: server.close };
}

async function nodeCoapRequest(port: number, parameters: coap.CoapRequestParams, payload?: Uint8Array) {
  const request = coap.request({ hostname: "127.0.0.1", port, ...parameters });
  const responded = once(request, "response");
  if (payload && payload.length > 1024) request.setOption("Block1", Buffer.of(6));
  request.end(payload === undefined ? undefined : Buffer.from(payload));
  const [response] = await responded;
  assert.ok(response instanceof coap.IncomingMessage);
  return { code: response.code, payload: new Uint8Array(response.payload) };
}
