import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeMessage } from "../../src/coap/codec.ts";
import { type CoapMessage, Code, MessageType, Method } from "../../src/coap/message.ts";
import { type MessageEvent, MessageLayer } from "../../src/coap/message-layer.ts";
import { type CoapParameters, defaultParameters, exchangeLifetimeMs } from "../../src/coap/parameters.ts";
import type { Delivery, MessageContent } from "../../src/coap/transmission.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { datagram, noBytes } from "../support/coap-messages.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const get: MessageContent = { code: Method.GET, token: Uint8Array.of(0x71), options: [], payload: noBytes };
const content: MessageContent = { ...get, code: Code.Content, payload: Uint8Array.of(1) };

describe("confirmable messages of ours", () => {
  test("are retransmitted four times with doubled time-outs, byte for byte the same, then given up within 93 s", () => {
    for (let seed = 0; seed < 50; seed++) {
      const layer = layerWith({}, seed);
      layer.sendConfirmable(get, named("get"), 0);
      const first = out(layer);
      assert.equal(first.length, 1);
      const { times, copies, end } = runUntilOutcome(layer);
      assert.equal(copies.length, 4);
      for (const copy of copies) assert.equal(copy, first[0]);
      const firstTimeout = times[0] ?? 0;
      assert.ok(firstTimeout >= 2000 && firstTimeout <= 3000, `${firstTimeout}`);
      assert.deepEqual(
        times,
        [1, 3, 7, 15].map((factor) => firstTimeout * factor),
      );
      assert.equal(end.at, firstTimeout * 31);
      assert.ok(end.at <= 93_000);
      assert.deepEqual(end.outcomes, ["timedOut get"]);
    }
  });

  test("have a first time-out that varies", () => {
    const timeouts = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const layer = layerWith({}, seed);
      layer.sendConfirmable(get, {}, 0);
      timeouts.add(layer.nextDeadline(0) ?? 0);
    }
    assert.ok(timeouts.size > 15);
  });

  test("are not sent again after an empty acknowledgement", () => {
    const layer = layerWith();
    layer.sendConfirmable(get, named("get"), 0);
    const [request] = messagesOut(layer);
    layer.handleDatagram(empty(MessageType.ACK, request), 50);
    assert.deepEqual(outcomes(layer), ["acknowledged get"]);
    assert.equal(layer.nextDeadline(50), undefined);
  });

  test("go one at a time, the others in their order", () => {
    const layer = layerWith();
    for (const name of ["a", "b", "c"])
      layer.sendConfirmable({ ...get, payload: new TextEncoder().encode(name) }, {}, 0);
    const order: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const [message, ...more] = messagesOut(layer);
      assert.ok(message);
      assert.equal(more.length, 0);
      order.push(new TextDecoder().decode(message.payload));
      layer.handleDatagram(empty(MessageType.ACK, message), turn);
    }
    assert.deepEqual(order, ["a", "b", "c"]);
  });

  test("wait in a queue of limited length", () => {
    const layer = layerWith({ maxQueuedMessages: 2 });
    for (let i = 0; i < 3; i++) layer.sendConfirmable(get, {}, 0);
    assert.throws(
      () => layer.sendConfirmable(get, {}, 0),
      (error: unknown) => error instanceof CodedError && error.code === "COAP_QUEUE_FULL",
    );
  });

  test("that are withdrawn make room for the next", () => {
    const layer = layerWith();
    const first = named("first");
    layer.sendConfirmable(get, first, 0);
    layer.sendConfirmable(content, {}, 0);
    assert.equal(out(layer).length, 1);
    layer.withdraw(first, 10);
    assert.equal(messagesOut(layer)[0]?.code, Code.Content);
  });

  test("hear of a Reset", () => {
    const layer = layerWith();
    layer.sendConfirmable(get, named("get"), 0);
    const [request] = messagesOut(layer);
    layer.handleDatagram(empty(MessageType.RST, request), 50);
    assert.deepEqual(outcomes(layer), ["reset get"]);
    assert.equal(layer.nextDeadline(50), undefined);
  });

  test("are replaced by newer content at a retransmission, under a new Message ID and with the count kept", () => {
    const layer = layerWith();
    let newer: MessageContent | undefined;
    const delivery: Delivery = {
      renew: () => {
        const renewed = newer;
        newer = undefined;
        return renewed;
      },
    };
    layer.sendConfirmable(content, delivery, 0);
    const [old] = messagesOut(layer);
    newer = { ...content, payload: Uint8Array.of(2) };
    const { copies } = runUntilOutcome(layer);
    const renewed = copies.map((hex) => decodeMessage(fromHex(hex)));
    assert.equal(copies.length, 4);
    assert.deepEqual([...(renewed[0]?.payload ?? [])], [2]);
    assert.notEqual(renewed[0]?.messageId, old?.messageId);
    assert.equal(new Set(copies).size, 1);
  });
});

describe("our Message IDs", () => {
  test("are not given twice within EXCHANGE_LIFETIME", () => {
    const layer = layerWith();
    const seen = new Set<number>();
    for (let i = 0; i < 0x10000; i++) {
      layer.sendNonConfirmable(get, {}, 0);
      for (const message of messagesOut(layer)) seen.add(message.messageId);
    }
    assert.equal(seen.size, 0x10000);
    assert.throws(
      () => layer.sendNonConfirmable(get, {}, 1000),
      (error: unknown) => error instanceof CodedError && error.code === "COAP_QUEUE_FULL",
    );
    layer.sendConfirmable(get, {}, 1000);
    assert.equal(out(layer).length, 0);
    const free = exchangeLifetimeMs(defaultParameters);
    assert.equal(layer.nextDeadline(1000), free);
    layer.handleTime(free);
    assert.equal(out(layer).length, 1);
  });

  test("start at random and are independent of the peer's", () => {
    const starts = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const layer = layerWith({}, seed);
      layer.sendConfirmable(get, {}, 0);
      const [message] = messagesOut(layer);
      assert.ok(message);
      starts.add(message.messageId);
      layer.handleDatagram(datagram({ messageId: message.messageId }), 1);
      assert.equal(layer.nextEvent()?.kind, "request");
      assert.notEqual(layer.nextDeadline(1), undefined);
    }
    assert.ok(starts.size > 15);
  });
});

describe("duplicates", () => {
  test("of a confirmable request reach nobody, and repeat the identical reply once there is one", () => {
    const layer = layerWith();
    const request = datagram({ messageId: 5, token: Uint8Array.of(9) });
    layer.handleDatagram(request, 0);
    assert.equal(layer.nextEvent()?.kind, "request");
    layer.handleDatagram(request, 10);
    assert.equal(layer.nextEvent(), undefined);
    assert.deepEqual(out(layer), []);
    layer.piggyback(5, content);
    const [reply] = out(layer);
    for (const at of [20, 1000, 246_000]) {
      layer.handleDatagram(request, at);
      assert.equal(layer.nextEvent(), undefined);
      assert.deepEqual(out(layer), [reply]);
    }
  });

  test("repeat an empty acknowledgement while the handler still works", () => {
    const layer = layerWith();
    layer.handleDatagram(datagram({ messageId: 5 }), 0);
    layer.nextEvent();
    layer.acknowledge(5);
    const acknowledgement = out(layer);
    layer.handleDatagram(datagram({ messageId: 5 }), 10);
    assert.equal(layer.nextEvent(), undefined);
    assert.deepEqual(out(layer), acknowledgement);
  });

  test("of a confirmable response are acknowledged again and not delivered", () => {
    const layer = layerWith();
    const response = datagram({ messageId: 5, code: Code.Content });
    layer.handleDatagram(response, 0);
    assert.equal(layer.nextEvent()?.kind, "response");
    layer.acknowledge(5);
    const acknowledgement = out(layer);
    layer.handleDatagram(response, 10);
    assert.equal(layer.nextEvent(), undefined);
    assert.deepEqual(out(layer), acknowledgement);
  });

  test("of a non-confirmable message are dropped", () => {
    const layer = layerWith();
    const request = datagram({ type: MessageType.NON, messageId: 5 });
    layer.handleDatagram(request, 0);
    assert.equal(layer.nextEvent()?.kind, "request");
    layer.handleDatagram(request, 144_000);
    assert.equal(layer.nextEvent(), undefined);
    assert.deepEqual(out(layer), []);
  });

  test("are forgotten after EXCHANGE_LIFETIME or NON_LIFETIME: the Message ID may come again", () => {
    const layer = layerWith();
    layer.handleDatagram(datagram({ messageId: 5 }), 0);
    layer.handleDatagram(datagram({ type: MessageType.NON, messageId: 6 }), 0);
    while (layer.nextEvent());
    layer.handleDatagram(datagram({ type: MessageType.NON, messageId: 6 }), 145_000);
    assert.equal(layer.nextEvent()?.kind, "request");
    layer.handleDatagram(datagram({ messageId: 5 }), 247_000);
    assert.equal(layer.nextEvent()?.kind, "request");
  });

  test("of an acknowledgement or a Reset have no effect", () => {
    const layer = layerWith();
    layer.sendConfirmable(get, named("a"), 0);
    const [a] = messagesOut(layer);
    layer.sendConfirmable(get, named("b"), 0);
    layer.handleDatagram(empty(MessageType.ACK, a), 1);
    layer.handleDatagram(empty(MessageType.ACK, a), 2);
    layer.handleDatagram(empty(MessageType.RST, a), 3);
    assert.deepEqual(outcomes(layer), ["acknowledged a"]);
  });

  test("are remembered within a bound of messages and of bytes; the replies go first", () => {
    const layer = layerWith({ maxRememberedMessages: 100, maxRememberedBytes: 1000 });
    for (let messageId = 0; messageId < 1000; messageId++) {
      layer.handleDatagram(datagram({ messageId }), 0);
      layer.nextEvent();
      layer.piggyback(messageId, { ...content, payload: new Uint8Array(94) });
      out(layer);
      assert.ok(layer.occupancy.remembered <= 100);
      assert.ok(layer.occupancy.rememberedBytes <= 1000);
    }
    layer.handleDatagram(datagram({ messageId: 999 }), 1);
    assert.equal(out(layer).length, 1);
    layer.handleDatagram(datagram({ messageId: 950 }), 1);
    assert.equal(out(layer).length, 0);
    assert.equal(layer.nextEvent(), undefined);
  });
});

describe("what fits nothing", () => {
  const never = (what: string, bytes: Uint8Array) =>
    test(`${what} is ignored without an answer`, () => {
      const layer = layerWith();
      layer.handleDatagram(bytes, 0);
      assert.deepEqual(out(layer), []);
      assert.equal(layer.nextEvent(), undefined);
    });
  const rejected = (what: string, bytes: Uint8Array) =>
    test(`${what} gets a Reset`, () => {
      const layer = layerWith();
      layer.handleDatagram(bytes, 0);
      assert.deepEqual(out(layer), ["70000005"]);
      assert.equal(layer.nextEvent(), undefined);
    });

  never("an unmatched acknowledgement", datagram({ type: MessageType.ACK, code: 0, messageId: 5 }));
  never("an unmatched piggybacked response", datagram({ type: MessageType.ACK, code: Code.Content, messageId: 5 }));
  never("an unmatched Reset", datagram({ type: MessageType.RST, code: 0, messageId: 5 }));
  never("a Reset with a code", datagram({ type: MessageType.RST, code: Code.Content, messageId: 5 }));
  never("an Empty non-confirmable message", datagram({ type: MessageType.NON, code: 0, messageId: 5 }));
  never("a request in an acknowledgement", datagram({ type: MessageType.ACK, code: Method.GET, messageId: 5 }));
  never("another version", fromHex("80010005"));
  never("a malformed non-confirmable message", fromHex("50010005ff"));
  never("a malformed acknowledgement", fromHex("60450005ff"));
  never("a non-confirmable message of a reserved class", datagram({ type: MessageType.NON, code: 0xe1, messageId: 5 }));
  rejected("a ping", datagram({ code: 0, messageId: 5 }));
  rejected("a malformed confirmable message", fromHex("40010005ff"));
  rejected("a token of nine bytes", fromHex(`49010005${"aa".repeat(9)}`));
  for (const code of [0x20, 0x3f, 0x60, 0xc0, 0xe1]) {
    rejected(`code 0x${code.toString(16)} of a reserved class`, datagram({ code, messageId: 5 }));
  }
});

test("a piggybacked response with a foreign token is ignored: the request stays under way", () => {
  const layer = layerWith();
  layer.sendConfirmable(get, named("get"), 0);
  const [request] = messagesOut(layer);
  const foreign = { type: MessageType.ACK, code: Code.Content, messageId: request?.messageId ?? 0 };
  layer.handleDatagram(datagram({ ...foreign, token: Uint8Array.of(0x72) }), 10);
  assert.equal(layer.nextEvent(), undefined);
  layer.handleDatagram(datagram({ ...foreign, token: Uint8Array.of(0x71) }), 20);
  assert.equal(layer.nextEvent()?.kind, "acknowledged");
  assert.equal(layer.nextEvent()?.kind, "response");
});

test("a Reset to a non-confirmable message is known for NON_LIFETIME", () => {
  for (const [at, expected] of [
    [144_000, ["reset non"]],
    [146_000, []],
  ] as const) {
    const layer = layerWith();
    layer.sendNonConfirmable(content, named("non"), 0);
    const [sent] = messagesOut(layer);
    layer.handleDatagram(empty(MessageType.RST, sent), at);
    assert.deepEqual(outcomes(layer), expected);
  }
});

function layerWith(parameters: Partial<CoapParameters> = {}, seed = 1): MessageLayer {
  return new MessageLayer({ ...defaultParameters, ...parameters }, new SeededRandom(seed));
}

const names = new Map<Delivery, string>();

function named(name: string): Delivery {
  const delivery: Delivery = { reset() {} };
  names.set(delivery, name);
  return delivery;
}

function out(layer: MessageLayer): string[] {
  const datagrams: string[] = [];
  for (let next = layer.nextDatagram(); next; next = layer.nextDatagram()) datagrams.push(toHex(next));
  return datagrams;
}

function messagesOut(layer: MessageLayer): CoapMessage[] {
  return out(layer).map((hex) => decodeMessage(fromHex(hex)));
}

function events(layer: MessageLayer): MessageEvent[] {
  const all: MessageEvent[] = [];
  for (let next = layer.nextEvent(); next; next = layer.nextEvent()) all.push(next);
  return all;
}

function outcomes(layer: MessageLayer): string[] {
  return events(layer).map((event) =>
    "delivery" in event ? `${event.kind} ${names.get(event.delivery)}` : event.kind,
  );
}

function empty(type: MessageType, to: CoapMessage | undefined): Uint8Array {
  return datagram({ type, code: Code.Empty, messageId: to?.messageId ?? 0 });
}

function runUntilOutcome(layer: MessageLayer) {
  const times: number[] = [];
  const copies: string[] = [];
  for (let at = layer.nextDeadline(0); at !== undefined; at = layer.nextDeadline(at)) {
    layer.handleTime(at);
    const sent = out(layer);
    if (sent.length > 0) times.push(at);
    copies.push(...sent);
    const ended = outcomes(layer);
    if (ended.length > 0) return { times, copies, end: { at, outcomes: ended } };
  }
  throw new Error("no outcome");
}
