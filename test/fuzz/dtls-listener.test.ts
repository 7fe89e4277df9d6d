import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFragments } from "../../src/dtls/flight/handshake-fragment.ts";
import { HandshakeType } from "../../src/dtls/handshake/handshake-type.ts";
import { decodeClientHello, encodeClientHello } from "../../src/dtls/handshake/messages/client-hello.ts";
import { decodeHelloVerifyRequest } from "../../src/dtls/handshake/messages/hello-verify-request.ts";
import { decodeRecords } from "../../src/dtls/record/record.ts";
import { forgedMessage, rewriteMessages } from "../support/dtls-adversary.ts";
import { mutateDatagram } from "../support/dtls-forgery.ts";
import { ListenerSession } from "../support/dtls-listener-session.ts";
import { assertHeapSettled, heapUsed } from "../support/heap.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const total = 100_000;
const settledAt = 10_000;

test(`${total} mutated datagrams from forged addresses: nothing is kept for strangers, no answer is longer than its question, and the session lives`, (t) => {
  const random = new SeededRandom(3);
  const session = new ListenerSession();
  const { listener, peer } = session.connection;
  const pool = [...session.handshake, ...session.assertAlive(0)];
  let now = 0;
  let answers = 0;
  let heap = 0;
  for (let count = 1; count <= total; count++) {
    now += random.below(30);
    const datagram = mutateDatagram(random, pool);
    listener.handleDatagram(random.below(4) === 0 ? peer : strangerAddress(random), datagram, now);
    for (let answer = listener.nextDatagram(); answer; answer = listener.nextDatagram()) {
      answers++;
      assert.ok(answer.datagram.length < datagram.length);
    }
    assert.equal(listener.nextEvent(), undefined);
    assert.equal(listener.nextDeadline(), undefined, "a handshake is open");
    if (count % 1000 === 0) session.assertAlive(now);
    if (count === settledAt) heap = heapUsed();
  }
  const growth = assertHeapSettled(heap);
  assert.ok(answers > 1000);
  t.diagnostic(
    `${total} mutated, ${answers} cookies given, ${session.delivered} genuine records, heap ${growth} bytes`,
  );
});

test("5000 strangers with cookies of their own share the room for connections, and a session keeps its place", (t) => {
  const maxConnections = 100;
  const session = new ListenerSession({ maxConnections });
  const { listener } = session.connection;
  const [hello = new Uint8Array()] = session.handshake;
  let closed = 0;
  let heap = 0;
  for (let count = 1; count <= 5000; count++) {
    const address = `198.51.100.1:${count}`;
    listener.handleDatagram(address, hello, count);
    const cookie = readCookie(listener.nextDatagram()?.datagram ?? new Uint8Array());
    listener.handleDatagram(address, withCookie(hello, cookie), count);
    for (let out = listener.nextEvent(); out; out = listener.nextEvent()) if (out.event.type === "closed") closed++;
    while (listener.nextDatagram()) {}
    if (count === 500) heap = heapUsed();
  }
  const growth = assertHeapSettled(heap);
  assert.equal(closed, 5000 - (maxConnections - 1));
  session.assertAlive(5000);
  t.diagnostic(`${closed} strangers put out, heap ${growth} bytes above 500`);
});

function strangerAddress(random: SeededRandom): string {
  return `198.51.100.${random.below(256)}:${random.below(0x10000)}`;
}

function readCookie(datagram: Uint8Array): Uint8Array {
  const [record] = decodeRecords(datagram);
  const [fragment] = decodeFragments(record?.fragment ?? new Uint8Array());
  return decodeHelloVerifyRequest(fragment?.body ?? new Uint8Array()).cookie;
}

function withCookie(datagram: Uint8Array, cookie: Uint8Array): Uint8Array {
  let answer = datagram;
  rewriteMessages(datagram, HandshakeType.client_hello, (body) => {
    const hello = encodeClientHello({ ...decodeClientHello(body), cookie });
    answer = forgedMessage(HandshakeType.client_hello, 1, hello);
    return body;
  });
  return answer;
}
