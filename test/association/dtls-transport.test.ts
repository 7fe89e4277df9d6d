import assert from "node:assert/strict";
import { test } from "node:test";
import { DtlsTransport } from "../../src/association/dtls-transport.ts";
import type { Need, NeedAnswer } from "../../src/dtls/connection.ts";
import { DtlsError } from "../../src/dtls/dtls-error.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";
import { FakePath } from "../support/fake-network.ts";
import { ScriptedDtls } from "../support/scripted-dtls.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

const sign: Need = { kind: "sign", scheme: 0x0403, message: Uint8Array.of(1) };

function setUp(answerNeed: (need: Need, signal: AbortSignal) => Promise<NeedAnswer> = () => new Promise(() => {})) {
  const time = new VirtualTime();
  const dtls = new ScriptedDtls();
  const path = new FakePath();
  const transport = new DtlsTransport(dtls, path, { clock: time, timers: time, answerNeed });
  const tell = (script: () => void): void => {
    dtls.whenDatagram(script);
    path.receive(encodeUtf8("x"));
  };
  const sent = (): string[] => path.sent.map((datagram) => decodeUtf8(datagram, "sent"));
  return { time, dtls, path, transport, tell, sent };
}

test("the first flight leaves at once and `connected` resolves with the session", async () => {
  const { transport, tell, dtls, sent } = setUp();
  assert.deepEqual(sent(), ["ClientHello"]);
  tell(() => dtls.connect());
  assert.equal((await transport.connected).cipherSuite, 0xc0ae);
});

test("a deadline of the connection is kept, and moved when it moves", async () => {
  const { time, dtls, tell } = setUp();
  tell(() => {
    dtls.deadline = 1000;
  });
  tell(() => {
    dtls.deadline = 3000;
  });
  await time.advance(2999);
  assert.deepEqual(dtls.diary, []);
  await time.advance(1);
  assert.deepEqual(dtls.diary, ["time 3000"]);
  assert.equal(time.armed, 0);
});

test("a need is answered once, and a failure refuses it with the reason", async () => {
  const signed = setUp(async () => ({ kind: "sign", signature: Uint8Array.of(9) }));
  signed.tell(() => signed.dtls.ask(7, sign));
  await settle();
  assert.deepEqual(signed.dtls.diary, ["resume 7 sign"]);

  const refused = setUp(() => Promise.reject(new Error("card removed")));
  refused.tell(() => refused.dtls.ask(7, sign));
  await settle();
  assert.deepEqual(refused.dtls.diary, ["refuse 7 card removed"]);
});

test("a need no longer wanted aborts the work", async () => {
  let signal: AbortSignal | undefined;
  const { tell, dtls } = setUp((_, given) => {
    signal = given;
    return new Promise(() => {});
  });
  tell(() => dtls.ask(7, sign));
  assert.equal(signal?.aborted, false);
  tell(() => dtls.cancel(7));
  assert.equal(signal?.aborted, true);
});

test("an end of the connection aborts the work, closes the path, leaves no timer and rejects `connected`", async () => {
  let signal: AbortSignal | undefined;
  const { tell, dtls, path, transport, time } = setUp((_, given) => {
    signal = given;
    return new Promise(() => {});
  });
  tell(() => dtls.ask(7, sign));
  tell(() => {
    dtls.deadline = 1000;
    dtls.end(new DtlsError("HANDSHAKE_TIMEOUT", "no answer"));
  });
  await assert.rejects(transport.connected, { code: "HANDSHAKE_TIMEOUT" });
  assert.equal(signal?.aborted, true);
  assert.equal(path.closed, true);
  assert.equal(time.armed, 0);
});

test("data that comes before a listener waits for it", () => {
  const { tell, dtls, transport } = setUp();
  tell(() => {
    dtls.connect();
    dtls.deliver("early");
  });
  const received: string[] = [];
  transport.onDatagram((datagram) => received.push(decodeUtf8(datagram, "data")));
  tell(() => dtls.deliver("late"));
  assert.deepEqual(received, ["early", "late"]);
});

test("a listener may send while it is called", () => {
  const { tell, dtls, transport, sent } = setUp();
  transport.onDatagram(() => transport.send(encodeUtf8("answer")));
  tell(() => dtls.deliver("request"));
  assert.deepEqual(sent(), ["ClientHello", "answer"]);
});

test("closing sends close_notify before the path closes, also from inside a listener", () => {
  const plain = setUp();
  plain.transport.close();
  assert.deepEqual(plain.sent(), ["ClientHello", "close_notify"]);

  const inside = setUp();
  inside.transport.onDatagram(() => inside.transport.close());
  inside.tell(() => inside.dtls.deliver("bye"));
  assert.deepEqual(inside.sent(), ["ClientHello", "close_notify"]);
  assert.equal(inside.path.closed, true);
});

test("the closed listener hears once, with the reason, also when it comes late", () => {
  const { tell, dtls, transport } = setUp();
  tell(() => dtls.end(new DtlsError("ALERT_RECEIVED", "fatal alert")));
  const heard: unknown[] = [];
  transport.onClosed((error) => heard.push(error?.message));
  transport.close();
  transport.send(Uint8Array.of(1));
  assert.deepEqual(heard, ["fatal alert"]);
});
