import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Code, Method } from "../../src/coap/message.ts";
import { toHex } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { pattern, request } from "../support/coap-messages.ts";
import type { Weather } from "../support/coap-network.ts";
import { pair } from "../support/coap-pair.ts";

const grid: [name: string, weather: Weather][] = [
  ["loss", { loss: 0.25, duplication: 0, minDelayMs: 20, maxDelayMs: 20 }],
  ["duplication", { loss: 0, duplication: 0.5, minDelayMs: 20, maxDelayMs: 200 }],
  ["reordering", { loss: 0, duplication: 0.2, minDelayMs: 1, maxDelayMs: 5000 }],
  ["all of it", { loss: 0.15, duplication: 0.3, minDelayMs: 5, maxDelayMs: 3000 }],
];
const seeds = Array.from({ length: 15 }, (_, seed) => seed);

describe("each request is handled exactly once, and answered with its own response", () => {
  for (const [name, weather] of grid) {
    for (const slowMs of [0, 1500]) {
      test(`on a network with ${name}, a handler that takes ${slowMs} ms, seeds 0 to ${seeds.length - 1}`, async () => {
        for (const seed of seeds) await manyRequests(seed, weather, slowMs);
      });
    }
  }
});

async function manyRequests(seed: number, weather: Weather, slowMs: number): Promise<void> {
  const handled = new Map<string, number>();
  const { client, server, time } = pair({
    seed,
    weather,
    parameters: { maxRetransmit: 8 },
    clientParameters: { maxRetransmit: 8, responseTimeoutMs: 3600_000 },
    handle: async ({ payload }) => {
      const key = toHex(payload);
      handled.set(key, (handled.get(key) ?? 0) + 1);
      if (slowMs > 0) await new Promise<void>((resolve) => time.schedule(slowMs, resolve));
      return { code: Code.Changed, payload: payload.toReversed() };
    },
  });
  const bodies = Array.from({ length: 12 }, (_, n) => Uint8Array.of(n, 1, 2, 3));
  const pending = Promise.all(bodies.map((payload) => client.send(request({ method: Method.POST, payload }))));
  pending.catch(() => {});
  await time.advance(24 * 3600_000);
  const responses = await pending;
  assert.deepEqual(
    responses.map(({ payload }) => payload),
    bodies.map((body) => body.toReversed()),
    `seed ${seed}`,
  );
  assert.deepEqual(
    [...handled.values()],
    bodies.map(() => 1),
    `seed ${seed}`,
  );
  assert.deepEqual([...handled.keys()], bodies.map(toHex), `seed ${seed}`);
  assert.equal(client.occupancy.waitingResponses + client.occupancy.underWay + server.occupancy.underWay, 0);
  assert.equal(time.armed, 0);
}

describe("bodies of 100 kB arrive whole in both directions, handled once", () => {
  for (const [name, weather] of grid) {
    test(`on a network with ${name}`, async () => {
      const calls: number[] = [];
      const { client, time } = pair({
        seed: 5,
        weather,
        parameters: { maxRetransmit: 8, blockSize: 512 },
        clientParameters: { maxRetransmit: 8 },
        handle: ({ payload }) => {
          calls.push(payload.length);
          return { code: Code.Content, payload: payload.toReversed() };
        },
      });
      const body = pattern(100_000);
      const pending = client.send(request({ method: Method.FETCH, path: ["big"], payload: body }));
      pending.catch(() => {});
      await time.advance(24 * 3600_000);
      assert.deepEqual((await pending).payload, body.toReversed());
      assert.deepEqual(calls, [100_000]);
    });
  }
});

test("on a network that carries nothing, everything fails in time and nothing stays armed or held", async () => {
  const { client, time } = pair({ weather: { loss: 1, duplication: 0, minDelayMs: 1, maxDelayMs: 1 } });
  const codes: string[] = [];
  for (let i = 0; i < 5; i++) {
    client.send(request({})).catch((error: unknown) => codes.push(error instanceof CodedError ? error.code : "?"));
  }
  await time.advance(5 * 93_000);
  assert.deepEqual(codes, new Array(5).fill("COAP_TIMEOUT"));
  assert.equal(time.armed, 0);
  assert.equal(client.occupancy.waitingResponses, 0);
});

test("a listener or observer that throws harms nobody else", async () => {
  const { client, server, time } = pair({
    handle: (_, observe) => {
      observe?.().onEnded(() => {
        throw new Error("broken");
      });
      return { code: Code.Content };
    },
  });
  const observer = {
    notification() {
      throw new Error("broken");
    },
    ended() {
      throw new Error("broken");
    },
  };
  const pending = client.observe(request({}), observer);
  await time.advance(100);
  assert.equal((await pending).observing, true);
  const waiting = client.send(request({}));
  waiting.catch(() => {});
  server.close();
  client.close();
  await assert.rejects(waiting, CodedError);
});
