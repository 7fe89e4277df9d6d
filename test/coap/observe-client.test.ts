import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CoapResponse, Observation } from "../../src/coap/exchange.ts";
import { type CoapMessage, Code, MessageType } from "../../src/coap/message.ts";
import { NotificationOrder } from "../../src/coap/notification-order.ts";
import { OptionNumber, uintOption, uintToOption } from "../../src/coap/options.ts";
import { toHex } from "../../src/util/bytes.ts";
import { pattern, request } from "../support/coap-messages.ts";
import { fairWeather } from "../support/coap-network.ts";
import { pair, scripted } from "../support/coap-pair.ts";
import { block2, failureOf, ScriptedPeer } from "../support/coap-script.ts";

const observe = (value: number) => uintToOption(OptionNumber.Observe, value);

async function observing() {
  const { wire, time, endpoint } = scripted();
  const peer = new ScriptedPeer(wire, time);
  const told: string[] = [];
  const pending = endpoint.observe(request({ path: ["t"] }), {
    notification: ({ payload }) => told.push(toHex(payload ?? new Uint8Array(0))),
    ended: (reason) => told.push("error" in reason ? `ended ${reason.error.message}` : `ended ${reason.code}`),
  });
  const registration = await peer.next();
  const notify = (parts: Partial<CoapMessage>) =>
    peer.send({ type: MessageType.NON, code: Code.Content, token: registration.token, ...parts });
  return { peer, time, endpoint, told, pending, registration, notify };
}

describe("observing", () => {
  test("registers, and gives notifications in order only", async () => {
    const { peer, told, pending, registration, notify, time } = await observing();
    assert.equal(uintOption(registration.options, OptionNumber.Observe), 0);
    peer.answer(registration, { code: Code.Content, options: [observe(10)], payload: Uint8Array.of(0) });
    for (const [number, value] of [
      [12, 1],
      [11, 2],
      [12, 3],
      [13, 4],
    ] as const) {
      notify({ options: [observe(number)], payload: Uint8Array.of(value) });
    }
    const { observing: yes, response } = await pending;
    await time.advance(1);
    assert.equal(yes, true);
    assert.deepEqual(response.payload, Uint8Array.of(0));
    assert.deepEqual(told, ["01", "04"]);
    assert.deepEqual(peer.news(), []);
  });

  test("acknowledges confirmable notifications, also old ones and duplicates", async () => {
    const { peer, told, registration, notify, time } = await observing();
    peer.answer(registration, { code: Code.Content, options: [observe(10)] });
    for (const number of [12, 11]) {
      const options = [observe(number)];
      for (let copy = 0; copy < 2; copy++)
        notify({ type: MessageType.CON, messageId: number, options, payload: Uint8Array.of(number) });
    }
    await time.advance(1);
    assert.deepEqual(
      peer.news().map(({ type, messageId }) => [type, messageId]),
      [12, 12, 11, 11].map((id) => [MessageType.ACK, id]),
    );
    assert.deepEqual(told, ["0c"]);
  });

  test("is only a request when the peer does not accept it", async () => {
    const { peer, pending, registration, endpoint } = await observing();
    peer.answer(registration, { code: Code.Content });
    assert.equal((await pending).observing, false);
    assert.equal(endpoint.occupancy.waitingResponses, 0);
  });

  test("ends with an error notification, or one without Observe, or the session", async () => {
    for (const [end, expected] of [
      [{ code: Code.NotFound }, `ended ${Code.NotFound}`],
      [{ code: Code.Content }, `ended ${Code.Content}`],
      [undefined, "ended the session with the peer ended"],
    ] as const) {
      const { peer, told, pending, registration, endpoint, notify, time } = await observing();
      peer.answer(registration, { code: Code.Content, options: [observe(10)] });
      await pending;
      if (end) notify(end);
      else endpoint.close();
      await time.advance(1);
      assert.deepEqual(told, [expected]);
      assert.equal(endpoint.occupancy.waitingResponses, 0);
    }
  });

  test("can be cancelled by a message under the same token", async () => {
    const { peer, told, pending, registration, notify, time } = await observing();
    peer.answer(registration, { code: Code.Content, options: [observe(10)] });
    const cancelled = (await pending).cancel();
    const cancel = await peer.next();
    assert.equal(uintOption(cancel.options, OptionNumber.Observe), 1);
    assert.deepEqual(cancel.token, registration.token);
    peer.answer(cancel, { code: Code.Content, payload: Uint8Array.of(7) });
    assert.deepEqual((await cancelled).payload, Uint8Array.of(7));
    notify({ type: MessageType.CON, options: [observe(11)] });
    assert.equal((await peer.next()).type, MessageType.RST);
    await time.advance(1);
    assert.deepEqual(told, []);
  });

  test("can be forgotten: the next notification, also a non-confirmable one, gets a Reset", async () => {
    for (const type of [MessageType.CON, MessageType.NON]) {
      const { peer, told, pending, registration, notify } = await observing();
      peer.answer(registration, { code: Code.Content, options: [observe(10)] });
      (await pending).forget();
      notify({ type, options: [observe(11)] });
      assert.equal((await peer.next()).type, MessageType.RST);
      assert.deepEqual(told, []);
    }
  });

  test("fetches the rest of a large notification with a plain GET, and drops it when a newer one comes first", async () => {
    const { peer, told, registration, notify, time } = await observing();
    peer.answer(registration, { code: Code.Content, options: [observe(10)] });
    const body = pattern(30);
    notify({ options: [observe(11), block2(0, true, 16)], payload: body.subarray(0, 16) });
    const fetched = await peer.next();
    assert.equal(uintOption(fetched.options, OptionNumber.Observe), undefined);
    assert.notDeepEqual(fetched.token, registration.token);
    peer.answer(fetched, { code: Code.Content, options: [block2(1, false, 16)], payload: body.subarray(16) });
    await time.advance(1);
    notify({ options: [observe(12), block2(0, true, 16)], payload: body.subarray(0, 16) });
    const overtaken = await peer.next();
    notify({ options: [observe(13)], payload: Uint8Array.of(9) });
    peer.answer(overtaken, { code: Code.Content, options: [block2(1, false, 16)], payload: body.subarray(16) });
    await time.advance(1);
    assert.deepEqual(told, [toHex(body), "09"]);
  });

  test("fails as a request does when nothing comes back", async () => {
    const { pending, time, endpoint } = await observing();
    const outcome = failureOf(pending);
    await time.advance(100_000);
    assert.equal(await outcome, "COAP_TIMEOUT");
    assert.equal(endpoint.occupancy.waitingResponses, 0);
  });
});

test("order of notifications: by number within half the range, by time beyond 128 s", () => {
  const cases: [first: number, second: number, afterMs: number, newer: boolean][] = [
    [1, 2, 0, true],
    [2, 1, 0, false],
    [1, 1, 0, false],
    [0xffffff, 0, 0, true],
    [0, 0xffffff, 0, false],
    [0, 0x7fffff, 0, true],
    [0, 0x800000, 0, false],
    [2, 1, 128_000, false],
    [2, 1, 128_001, true],
  ];
  for (const [first, second, afterMs, newer] of cases) {
    let now = 0;
    const order = new NotificationOrder({ now: () => now }, first);
    now = afterMs;
    assert.equal(order.accept(second), newer, `${first} then ${second} after ${afterMs} ms`);
  }
});

test("our observer follows our observed resource on a bad network: what it sees last is the last state", async () => {
  for (let seed = 0; seed < 20; seed++) {
    let observation: Observation | undefined;
    const state = (value: number): CoapResponse => ({ code: Code.Content, payload: new Uint8Array(300).fill(value) });
    let value = 0;
    const { client, server, time } = pair({
      seed,
      weather: { ...fairWeather, loss: 0.2, duplication: 0.2, minDelayMs: 5, maxDelayMs: 400 },
      parameters: { blockSize: 128 },
      handle: (_, observe) => {
        observation = observe?.() ?? observation;
        return state(value);
      },
    });
    const seen: number[] = [];
    const pending = client.observe(request({ path: ["t"] }), {
      notification: ({ payload = new Uint8Array(0) }) => {
        assert.deepEqual(payload, state(payload[0] ?? 0).payload);
        seen.push(payload[0] ?? 0);
      },
    });
    pending.catch(() => {});
    await time.advance(100_000);
    assert.equal((await pending).observing, true, `seed ${seed}`);
    for (value = 1; value <= 20; value++) {
      observation?.notify(state(value), true);
      await time.advance(value % 3 === 0 ? 5000 : 100);
    }
    await time.advance(200_000);
    assert.equal(seen.at(-1), 20, `seed ${seed}`);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
    assert.equal(server.occupancy.observations, 1);
  }
});
