import assert from "node:assert/strict";
import { test } from "node:test";
import { demandFreshness } from "../../src/coap/echo.ts";
import type { CoapRequest, CoapResponse, RequestHandler } from "../../src/coap/exchange.ts";
import { Code, Method } from "../../src/coap/message.ts";
import { OptionNumber, optionValue } from "../../src/coap/options.ts";
import { pair } from "../support/coap-pair.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const request = (fields: Partial<CoapRequest> = {}): CoapRequest => ({
  method: Method.PUT,
  path: ["door"],
  query: [],
  options: [],
  payload: new Uint8Array(0),
  ...fields,
});

/** A server that wants proof of freshness, what it served, and a client that it talks to. */
function freshPair(handle: RequestHandler) {
  const asked: CoapRequest[] = [];
  const clock = new VirtualTime();
  const guarded = demandFreshness(handle, 1000, { entropy: new SeededRandom(3), clock });
  const bench = pair({
    handle: (given, observe) => {
      asked.push(given);
      return guarded(given, observe);
    },
  });
  return { ...bench, asked, clock };
}

async function settled<T>(time: VirtualTime, promise: Promise<T>): Promise<T> {
  await time.advance(10_000);
  return promise;
}

test("a request without proof of freshness is not served, and our client repeats it with the proof", async () => {
  const served: CoapRequest[] = [];
  const { client, time, asked } = freshPair((given) => {
    served.push(given);
    return { code: Code.Changed };
  });
  const response = await settled(time, client.send(request({ payload: Uint8Array.of(1) })));
  assert.equal(response.code, Code.Changed);
  assert.equal(asked.length, 2);
  assert.equal(served.length, 1);
  assert.deepEqual(served[0]?.payload, Uint8Array.of(1));
});

test("two bodies of several blocks at once to one resource: each whole, once, by Request-Tag and Echo together", async () => {
  const bodies: Uint8Array[] = [];
  const { client, time } = freshPair((given) => {
    bodies.push(given.payload);
    return { code: Code.Changed };
  });
  const [first, second] = [new Uint8Array(3000).fill(1), new Uint8Array(3000).fill(2)];
  const sent = Promise.all([client.send(request({ payload: first })), client.send(request({ payload: second }))]);
  const responses = await settled(time, sent);
  assert.deepEqual(
    responses.map(({ code }) => code),
    [Code.Changed, Code.Changed],
  );
  assert.deepEqual(
    bodies.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
    [first, second],
  );
});

test("an observation too is registered with the proof", async () => {
  const { client, time } = freshPair((_, observe) => {
    observe?.();
    return { code: Code.Content, payload: Uint8Array.of(7) };
  });
  const get = request({ method: Method.GET });
  const result = await settled(time, client.observe(get, { notification: () => {} }));
  assert.ok(result.observing);
  assert.deepEqual(result.response.payload, Uint8Array.of(7));
});

test("a value grows old, and one of another is none", async () => {
  const clock = new VirtualTime();
  const served = { code: Code.Changed };
  const handle = demandFreshness(() => served, 1000, { entropy: new SeededRandom(4), clock });
  const ask = (value?: Uint8Array) =>
    handle(request(value ? { options: [{ number: OptionNumber.Echo, value }] } : {}), undefined);
  const echoOf = async (response: CoapResponse | Promise<CoapResponse>) =>
    optionValue((await response).options ?? [], OptionNumber.Echo);
  const value = await echoOf(ask());
  assert.equal(value?.length, 8);
  await clock.advance(1999);
  assert.equal(await ask(value), served);
  await clock.advance(1000);
  const next = await echoOf(ask(value));
  assert.ok(next && Buffer.compare(next, value) !== 0);
  assert.ok(await echoOf(ask(next.slice(0, 7))));
  assert.equal(await ask(next), served);
  await clock.advance(5000);
  assert.ok(await echoOf(ask(next)));
});

test("only the requests that need it are asked for proof", async () => {
  const ports = { entropy: new SeededRandom(5), clock: new VirtualTime() };
  const served = { code: Code.Content };
  const handle = demandFreshness(
    () => served,
    1000,
    ports,
    ({ method }) => method !== Method.GET,
  );
  assert.equal(await handle(request({ method: Method.GET }), undefined), served);
  assert.equal((await handle(request(), undefined)).code, Code.Unauthorized);
});
