import assert from "node:assert/strict";
import { test } from "node:test";
import type { CardChannel, CardConnector } from "../../src/smartcard/card-channel.ts";
import type { CardApplication } from "../../src/smartcard/card-connection.ts";
import type { CardObserver } from "../../src/smartcard/card-observer.ts";
import { CardService, type CardServicePorts } from "../../src/smartcard/card-service.ts";
import { CardTransportError } from "../../src/smartcard/card-transport-error.ts";
import type { ExclusiveLock } from "../../src/smartcard/exclusive-lock.ts";
import type { LogicalChannel } from "../../src/smartcard/logical-channel.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { type Exchange, ScriptedCard } from "../support/scripted-card.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

const open: readonly Exchange[] = [
  ["00 70 00 00 01", "01 9000"],
  ["01 A4 04 00", "9000"],
];
const ping: Exchange = ["81 01 00 00", "9000"];
const close: Exchange = ["00 70 80 01", "9000"];

const application: CardApplication<LogicalChannel> = {
  name: "test",
  open: async (channel) => {
    await channel.demand({ class: "interindustry", ins: 0xa4, p1: 4, p2: 0 }, "SELECT");
    return channel;
  },
};

const send = (channel: LogicalChannel) => channel.demand({ class: "proprietary", ins: 1, p1: 0, p2: 0 }, "PING");
const request = { kind: "other", priority: "cli" } as const;

function service(connector: CardConnector, ports: Partial<CardServicePorts> = {}) {
  const time = new VirtualTime();
  return { time, card: new CardService({ connector, timers: time, clock: time, ...ports }) };
}

/** A connector whose first connection fails on its third APDU. */
function breaking(error: CardTransportError, after: readonly Exchange[]) {
  const first = new ScriptedCard(open);
  const second = new ScriptedCard(after);
  let connections = 0;
  const connector: CardConnector = {
    connect: async () => {
      if (connections++ > 0) return second.connect();
      const channel = await first.connect();
      const transmit = (command: Uint8Array) => (first.left > 0 ? channel.transmit(command) : Promise.reject(error));
      return { transmit, close: () => channel.close() };
    },
  };
  return { connector, first, second };
}

test("the first operation connects, opens a logical channel and selects; the next ones find it so", async () => {
  const scripted = new ScriptedCard([...open, ping, ping, close]);
  const { card } = service(scripted);
  await card.run(application, request, send);
  await card.run(application, request, send);
  await card.close();
  assert.deepEqual([scripted.connections, scripted.closed, scripted.left], [1, 1, 0]);
});

test("two applications have a logical channel each on one connection, and both are closed", async () => {
  const scripted = new ScriptedCard([
    ...open,
    ping,
    ["00 70 00 00 01", "02 9000"],
    ["02 A4 04 00", "9000"],
    ["82 01 00 00", "9000"],
    close,
    ["00 70 80 02", "9000"],
  ]);
  const { card } = service(scripted);
  await card.run(application, request, send);
  await card.run({ ...application }, request, send);
  await card.close();
  assert.deepEqual([scripted.connections, scripted.left], [1, 0]);
});

test("a refused SELECT closes the logical channel and sends nothing else", async () => {
  const scripted = new ScriptedCard([["00 70 00 00 01", "01 9000"], ["01 A4 04 00", "6A82"], close]);
  const { card } = service(scripted);
  await assert.rejects(card.run(application, request, send), { code: "CARD_REFUSED" });
  await settle();
  assert.equal(scripted.left, 0);
});

test("after a transport error the next operation connects, opens and selects anew", async () => {
  const { connector, first, second } = breaking(new CardTransportError("CARD_REMOVED", "pulled"), [...open, ping]);
  const { card } = service(connector);
  await assert.rejects(card.run(application, request, send), { code: "CARD_REMOVED" });
  await card.run(application, request, send);
  assert.deepEqual([first.closed, second.connections, second.left], [1, 1, 0]);
});

test("where the card may still hold our channel open, it is closed before another is opened", async () => {
  for (const code of ["CARD_MUTE", "CARD_DRIVER_FAILED"] as const) {
    const { connector, second } = breaking(new CardTransportError(code, "lost"), [close, ...open, ping]);
    const { card } = service(connector);
    await assert.rejects(card.run(application, request, send), { code });
    await card.run(application, request, send);
    assert.equal(second.left, 0);
  }
});

test("an operation that swallows a transport error does not keep the dead connection alive", async () => {
  const { connector, second } = breaking(new CardTransportError("CARD_RESET", "reset"), [...open, ping]);
  const { card } = service(connector);
  await card.run(application, request, (channel) => send(channel).catch(() => undefined));
  await card.run(application, request, send);
  assert.equal(second.left, 0);
});

test("a refusal by the card leaves the connection as it is", async () => {
  const scripted = new ScriptedCard([...open, ["81 01 00 00", "6985"], ping]);
  const { card } = service(scripted);
  await assert.rejects(card.run(application, request, send), { code: "CARD_REFUSED" });
  await card.run(application, request, send);
  assert.deepEqual([scripted.connections, scripted.left], [1, 0]);
});

test("an application that seems lost is opened anew for the next operation, on the same connection", async () => {
  const scripted = new ScriptedCard([...open, ["81 01 00 00", "6D00"], close, ...open, ping]);
  const { card } = service(scripted);
  const fragile = { ...application, seemsLost: () => true };
  await assert.rejects(card.run(fragile, request, send), { code: "CARD_REFUSED" });
  await card.run(fragile, request, send);
  assert.deepEqual([scripted.connections, scripted.left], [1, 0]);
});

test("close comes back for a channel that a lost connection left open", async () => {
  const { connector, second } = breaking(new CardTransportError("CARD_MUTE", "silent"), [close]);
  const { card } = service(connector);
  await assert.rejects(card.run(application, request, send), { code: "CARD_MUTE" });
  await settle();
  await card.close();
  assert.deepEqual([second.left, second.closed], [0, 1]);
});

test("what is done afterwards runs behind the answer and before the next operation", async () => {
  const scripted = new ScriptedCard([...open, ping, ["81 02 00 00", "9000"], ping]);
  const { card } = service(scripted);
  const tidy = (channel: LogicalChannel) => channel.send({ class: "proprietary", ins: 2, p1: 0, p2: 0 });
  const first = card.run(application, request, async (channel, afterwards) => {
    afterwards(() => tidy(channel));
    await send(channel);
    return scripted.sent.length;
  });
  const second = card.run(application, request, send);
  assert.equal(await first, 3);
  await second;
  assert.equal(scripted.left, 0);
});

test("an error while tidying up is nobody's, and a transport error there drops the connection", async () => {
  const { connector, second } = breaking(new CardTransportError("CARD_REMOVED", "pulled"), [...open, ping]);
  const { card } = service(connector);
  const early = await card.run(application, request, async (channel, afterwards) => {
    afterwards(() => send(channel));
    return "answer";
  });
  assert.equal(early, "answer");
  await card.run(application, request, send);
  assert.equal(second.left, 0);
});

test("a mute card is given up after the deadline of an APDU, its channel closed, and a late answer dropped", async () => {
  let answer: (bytes: Uint8Array) => void = () => {};
  let closed = 0;
  const channel: CardChannel = {
    transmit: () => new Promise((resolve) => (answer = resolve)),
    close: async () => void closed++,
  };
  const { time, card } = service({ connect: async () => channel }, { apduDeadlineMs: 1000 });
  const refused = assert.rejects(card.run(application, request, send), { code: "CARD_MUTE", message: /00700000/ });
  await time.advance(1000);
  await refused;
  await settle();
  assert.equal(closed, 1);
  answer(fromHex("9000"));
  assert.equal(time.armed, 0);
});

test("a connection that never comes is given up, and closed should it come after all", async () => {
  let connected: (channel: CardChannel) => void = () => {};
  const connector = { connect: () => new Promise<CardChannel>((resolve) => (connected = resolve)) };
  const { time, card } = service(connector, { apduDeadlineMs: 1000 });
  const refused = assert.rejects(card.run(application, request, send), { code: "CARD_UNREACHABLE" });
  await time.advance(1000);
  await refused;
  const late = new ScriptedCard([]);
  connected(await late.connect());
  await settle();
  assert.equal(late.closed, 1);
});

test("a failing connector costs one operation each time", async () => {
  let tries = 0;
  const connector: CardConnector = {
    connect: async () => {
      tries++;
      throw new CardTransportError("CARD_ABSENT", "no card in the reader");
    },
  };
  const { card } = service(connector);
  for (let i = 0; i < 2; i++) await assert.rejects(card.run(application, request, send), { code: "CARD_ABSENT" });
  assert.equal(tries, 2);
});

/** A lock that logs what becomes of it. */
function loggingLock(log: string[], inherited = ""): ExclusiveLock {
  const held = {
    inherited,
    note: async (text: string) => void log.push(`note "${text}"`),
    release: async () => void log.push("release"),
  };
  return {
    acquire: async () => {
      log.push("acquire");
      return held;
    },
  };
}

test("the lock is taken before the card is touched, kept over reconnections, and freed at the end", async () => {
  const log: string[] = [];
  const lock = loggingLock(log);
  const { connector } = breaking(new CardTransportError("CARD_RESET", "reset"), [...open, ping, close]);
  const { card } = service(connector, { lock });
  await assert.rejects(card.run(application, request, send));
  await card.run(application, request, send);
  await card.close();
  // After a reset the card holds no channel of ours, and after the close neither.
  assert.deepEqual(log, ["acquire", 'note "1"', 'note ""', 'note "1"', 'note ""', "release"]);
});

test("logical channels that a killed process of ours left open are closed first, whatever the card says to it", async () => {
  const reclaim: Exchange[] = [
    ["00 70 80 01", "9000"],
    ["00 70 80 03", "6881"],
  ];
  const scripted = new ScriptedCard([...reclaim, ...open, ping, close]);
  const { card } = service(scripted, { lock: loggingLock([], "1 3 0 20 x") });
  await card.run(application, request, send);
  await card.close();
  assert.equal(scripted.left, 0);
});

test("a channel that could not be closed is noted for the next process", async () => {
  const log: string[] = [];
  const { connector } = breaking(new CardTransportError("CARD_MUTE", "silent"), []);
  const { time, card } = service(connector, { lock: loggingLock(log) });
  await assert.rejects(card.run(application, request, send));
  const closing = card.close();
  await time.advance(60_000);
  await closing;
  assert.deepEqual(log, ["acquire", 'note "1"', 'note "1"', 'note "1"', "release"]);
});

test("a card held by another process is not touched", async () => {
  const scripted = new ScriptedCard([]);
  const lock = { acquire: () => Promise.reject(new CodedError("CARD_LOCKED", "held by process 7")) };
  const { card } = service(scripted, { lock });
  await assert.rejects(card.run(application, request, send), { code: "CARD_LOCKED" });
  assert.equal(scripted.connections, 0);
});

test("after close every operation is refused, those that were waiting too", async () => {
  const scripted = new ScriptedCard([...open, ping, close]);
  const { card } = service(scripted);
  const first = card.run(application, request, send);
  await first;
  const closing = card.close();
  await assert.rejects(card.run(application, request, send), { code: "CARD_CLOSED" });
  await closing;
  assert.equal(scripted.left, 0);
});

test("close does not wait for ever for a card that keeps silent", async () => {
  let closed = 0;
  const channel: CardChannel = { transmit: () => new Promise(() => {}), close: async () => void closed++ };
  const { time, card } = service({ connect: async () => channel });
  const hanging = assert.rejects(card.run(application, request, send), { code: "CARD_MUTE" });
  await settle();
  const closing = card.close();
  await time.advance(5_000);
  await closing;
  assert.equal(closed, 1);
  await time.advance(60_000);
  await hanging;
});

test("an observer sees operations by kind with their APDUs, tidying up included", async () => {
  const scripted = new ScriptedCard([...open, ping, ["81 02 00 00", "9000"]]);
  const log: string[] = [];
  const observer: CardObserver = {
    onOperationStart: ({ kind, priority }) => void log.push(`start ${kind} ${priority}`),
    onApdu: ({ kind }, { ins, statusWord }) => void log.push(`${kind} ${ins.toString(16)} ${statusWord.toString(16)}`),
    onOperation: ({ kind }, { apdus, failed }) => void log.push(`${kind} done: ${apdus} ${failed}`),
  };
  const { card } = service(scripted, { observer });
  await card.run(application, { kind: "signature", priority: "handshake" }, async (channel, afterwards) => {
    afterwards(() => channel.send({ class: "proprietary", ins: 2, p1: 0, p2: 0 }));
    await send(channel);
  });
  await settle();
  assert.deepEqual(log, [
    "start signature handshake",
    "signature 70 9000",
    "signature a4 9000",
    "signature 1 9000",
    "signature done: 3 false",
    "signature 2 9000",
  ]);
});
