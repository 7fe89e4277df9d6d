import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage, encodeMessage } from "../../src/coap/codec.ts";
import type { DatagramTransport } from "../../src/coap/datagram-transport.ts";
import { CoapEndpoint } from "../../src/coap/endpoint.ts";
import type { Observation } from "../../src/coap/exchange.ts";
import { type CoapMessage, Code, MessageType, Method } from "../../src/coap/message.ts";
import { OptionNumber, uintToOption } from "../../src/coap/options.ts";
import { defaultParameters } from "../../src/coap/parameters.ts";
import { concatBytes } from "../../src/util/bytes.ts";
import { silentLogger } from "../../src/util/log.ts";
import { datagram, option, pattern, request } from "../support/coap-messages.ts";
import { block1, block2 } from "../support/coap-script.ts";
import { heapUsed } from "../support/heap.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

const total = 100_000;
const settledAt = 10_000;
const allowedGrowth = 2 * 1024 * 1024;

/** Keeps the last few datagrams of our endpoint, so that mutations can aim at what is under way. */
class FuzzTransport implements DatagramTransport {
  recent: Uint8Array[] = [];
  listener: (datagram: Uint8Array) => void = () => {};

  send(bytes: Uint8Array): void {
    this.recent.push(bytes);
    if (this.recent.length > 8) this.recent.shift();
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.listener = listener;
  }

  onClosed(): void {}
}

test(`${total} mutated datagrams: no error gets out, memory stays bounded, and the session still works`, async () => {
  const random = new SeededRandom(20260801);
  const time = new VirtualTime();
  const transport = new FuzzTransport();
  const observations = new Set<Observation>();
  let handled = 0;
  const ports = { transport, clock: time, timers: time, entropy: random, logger: silentLogger };
  const endpoint = new CoapEndpoint({
    ...ports,
    parameters: { maxBodyBytes: 64 * 1024 },
    handle: async ({ payload, path }, observe) => {
      handled++;
      if (path[0] === "throw") throw new Error("a handler's bug");
      if (path[0] === "slow") await new Promise<void>((resolve) => time.schedule(400, resolve));
      const observation = observe?.();
      if (observation) observations.add(observation);
      observation?.onEnded(() => observations.delete(observation));
      return { code: Code.Content, payload: path[0] === "big" ? pattern(5000) : payload };
    },
  });
  let heapAtSettled = 0;
  for (let count = 1; count <= total; count++) {
    transport.listener(mutate(random, plausible(random, transport.recent)));
    if (count % 20 === 0) await time.advance(random.below(30));
    if (count % 100 === 0) talk(endpoint, observations, random);
    if (count === settledAt) heapAtSettled = heapUsed();
  }
  await settle();
  const growth = heapUsed() - heapAtSettled;
  const { occupancy } = endpoint;
  console.log(`handled ${handled}, heap ${growth} bytes above ${settledAt} datagrams, ${JSON.stringify(occupancy)}`);
  assert.ok(growth <= allowedGrowth, `${growth} bytes more than after ${settledAt} datagrams`);
  assert.ok(handled > 1000);
  assert.ok(occupancy.remembered <= defaultParameters.maxRememberedMessages);
  assert.ok(occupancy.rememberedBytes <= defaultParameters.maxRememberedBytes);
  assert.ok(occupancy.observations <= defaultParameters.maxObservations);
  assert.ok(occupancy.waiting <= defaultParameters.maxQueuedMessages);
  await assertStillWorks(endpoint, transport, time);
});

async function assertStillWorks(endpoint: CoapEndpoint, transport: FuzzTransport, time: VirtualTime): Promise<void> {
  await time.advance(3 * 3600_000);
  transport.recent = [];
  transport.listener(datagram({ messageId: 1, token: Uint8Array.of(5), code: Method.POST, payload: Uint8Array.of(7) }));
  await time.advance(1);
  const [answer] = transport.recent.map((bytes) => decodeMessage(bytes));
  assert.equal(answer?.code, Code.Content);
  assert.deepEqual(answer?.payload, Uint8Array.of(7));
  const pending = endpoint.send(request({}));
  await time.advance(1);
  const mine = decodeMessage(transport.recent.at(-1) ?? new Uint8Array(0));
  transport.listener(
    datagram({ type: MessageType.ACK, code: Code.Changed, messageId: mine.messageId, token: mine.token }),
  );
  assert.equal((await pending).code, Code.Changed);
  endpoint.close();
  assert.equal(time.armed, 0);
}

/** Our side is busy too: requests small and large, pings, observations of ours and of the peer. */
function talk(endpoint: CoapEndpoint, observations: Set<Observation>, random: SeededRandom): void {
  if (endpoint.occupancy.waitingResponses < 20) {
    const payload = pattern(pick(random, [0, 10, 3000]));
    endpoint.send(request({ method: Method.POST, payload })).catch(() => {});
    endpoint.observe(request({ path: ["o"] }), { notification() {} }).catch(() => {});
    endpoint.ping().catch(() => {});
  }
  for (const observation of observations) {
    observation.notify({ code: Code.Content, payload: pattern(pick(random, [5, 2000])) }, random.below(2) === 0);
  }
}

function plausible(random: SeededRandom, recent: readonly Uint8Array[]): Uint8Array {
  const last = recent[random.below(Math.max(1, recent.length))];
  return last === undefined || random.below(3) === 0 ? goodRequest(random) : answerTo(last, random);
}

function goodRequest(random: SeededRandom): Uint8Array {
  const messageId = random.below(0x10000);
  const token = random.randomBytes(random.below(9));
  const path = option(OptionNumber.UriPath, pick(random, ["a", "slow", "throw", "big"]));
  const number = random.below(4);
  const more = random.below(2) === 0;
  const type = random.below(2) === 0 ? MessageType.CON : MessageType.NON;
  const observe = uintToOption(OptionNumber.Observe, random.below(2));
  const all: Partial<CoapMessage>[] = [
    { options: [path] },
    { code: 0, token: new Uint8Array(0) },
    { code: Method.POST, options: [path, option(12, [60])], payload: pattern(random.below(200)) },
    { code: Method.PUT, options: [path, block1(number, more, 64)], payload: pattern(64) },
    { code: Method.POST, options: [path, block1(0, true, 1024)], payload: pattern(1024) },
    { options: [path, block2(number, false, 16)] },
    { options: [path, observe] },
    { code: Code.Content, options: [observe], payload: pattern(10) },
    { options: [path, option(65001, "critical"), option(OptionNumber.NoResponse, [26])] },
  ];
  return datagram({ type, messageId, token, ...pick(random, all) });
}

/** An answer, good or bad, to something our endpoint has just sent. */
function answerTo(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const { messageId, token, code } = decodeMessage(bytes);
  const observe = uintToOption(OptionNumber.Observe, random.below(0x1000000));
  const answer = { messageId, token, type: MessageType.ACK, code: Code.Content };
  const empty = { messageId, code: Code.Empty };
  const all: Partial<CoapMessage>[] = [
    { ...empty, type: MessageType.ACK },
    { ...empty, type: MessageType.RST },
    { ...answer, options: [observe] },
    { ...answer, code: Code.Continue, options: [block1(random.below(4), true, 1024)] },
    { ...answer, options: [block2(random.below(3), true, 16)], payload: pattern(16) },
    { ...answer, type: MessageType.CON, messageId: random.below(0x10000), options: [observe], payload: pattern(code) },
  ];
  return datagram(pick(random, all));
}

function mutate(random: SeededRandom, original: Uint8Array): Uint8Array {
  const bytes = original.slice();
  const at = random.below(bytes.length);
  switch (random.below(8)) {
    case 0:
      return bytes;
    case 1:
      return bytes.slice(0, at);
    case 2:
      bytes[at] = random.below(256);
      return bytes;
    case 3:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 4:
      return concatBytes([bytes.subarray(0, at), random.randomBytes(1 + random.below(20)), bytes.subarray(at)]);
    case 5:
      return concatBytes([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(8)))]);
    case 6:
      return withMutatedOption(random, bytes);
    default:
      return random.randomBytes(random.below(60));
  }
}

/** Stays well-formed, so that it gets past the codec. */
function withMutatedOption(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const decoded = decodeMessage(bytes);
  const number = random.below(3) === 0 ? random.below(0x10000) : pick(random, Object.values(OptionNumber));
  const extra = { number, value: random.randomBytes(random.below(5)) };
  return encodeMessage({ ...decoded, code: decoded.code || Method.GET, options: [...decoded.options, extra] });
}

function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  const choice = choices[random.below(choices.length)];
  if (choice === undefined) throw new Error("nothing to choose from");
  return choice;
}
