import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CoapResponse, Observation, ObservationEnd } from "../../src/coap/exchange.ts";
import { type CoapMessage, Code, MessageType, Method } from "../../src/coap/message.ts";
import { OptionNumber, optionValue, uintOption, uintToOption } from "../../src/coap/options.ts";
import type { CoapParameters } from "../../src/coap/parameters.ts";
import { concatBytes, decodeUtf8, encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { noBytes, option, pattern } from "../support/coap-messages.ts";
import { scripted } from "../support/coap-pair.ts";
import { block2, drawn, ScriptedPeer } from "../support/coap-script.ts";

const register = uintToOption(OptionNumber.Observe, 0);
const deregister = uintToOption(OptionNumber.Observe, 1);
const token = Uint8Array.of(0x4a);

function text(value: string): CoapResponse {
  return { code: Code.Content, contentFormat: 0, payload: encodeUtf8(value) };
}

function observed(
  parameters: Partial<CoapParameters> = {},
  answer: () => CoapResponse | Promise<CoapResponse> = () => text("18.5"),
) {
  const observations: Observation[] = [];
  const ended: string[] = [];
  const causes: ObservationEnd[] = [];
  const { wire, time, endpoint } = scripted((_, observe) => {
    const observation = observe?.();
    if (observation) {
      observations.push(observation);
      observation.onEnded((cause) => {
        ended.push(observation.id);
        causes.push(cause);
      });
    }
    return answer();
  }, parameters);
  const peer = new ScriptedPeer(wire, time);
  const latest = (): Observation => {
    const observation = observations.at(-1);
    assert.ok(observation);
    return observation;
  };
  return { peer, time, endpoint, observations, ended, causes, latest };
}

const sequence = ({ options }: CoapMessage) => uintOption(options, OptionNumber.Observe);
const payload = (message: CoapMessage) => decodeUtf8(message.payload, "payload");

describe("registering", () => {
  test("is confirmed by Observe in the answer, and notifications carry the token and a rising number", async () => {
    const { peer, latest } = observed();
    const answer = await peer.ask({ token, options: [register] });
    assert.equal(answer.type, MessageType.ACK);
    assert.ok(sequence(answer) !== undefined);
    assert.equal(latest().id, toHex(token));
    let before = sequence(answer) ?? 0;
    for (const value of ["19.2", "19.7"]) {
      latest().notify(text(value), true);
      const notification = await peer.next();
      assert.equal(notification.type, MessageType.CON);
      assert.deepEqual(notification.token, token);
      assert.equal(payload(notification), value);
      assert.equal(uintOption(notification.options, OptionNumber.ContentFormat), 0);
      assert.ok((sequence(notification) ?? 0) > before);
      before = sequence(notification) ?? 0;
      peer.reply(notification, MessageType.ACK);
    }
  });

  test("is not confirmed when the handler does not accept it", async () => {
    const { wire, time } = scripted(() => text("18.5"));
    const answer = await new ScriptedPeer(wire, time).ask({ token, options: [register] });
    assert.equal(sequence(answer), undefined);
  });

  test("is not offered to the handler for a POST", async () => {
    const { peer, observations } = observed();
    await peer.ask({ code: Method.POST, token, options: [register] });
    assert.equal(observations.length, 0);
  });

  test("with an error as answer does not make an observation", async () => {
    const { peer, endpoint, ended, latest } = observed({}, () => ({ code: Code.NotFound }));
    const answer = await peer.ask({ token, options: [register] });
    assert.equal(sequence(answer), undefined);
    assert.equal(endpoint.occupancy.observations, 0);
    assert.deepEqual(ended, [toHex(token)]);
    latest().notify(text("x"), true);
    assert.deepEqual(peer.news(), []);
  });

  test("again with the same token replaces the observation, and the numbers go on rising", async () => {
    const { peer, endpoint, ended, observations, latest } = observed();
    const first = await peer.ask({ token, options: [register] });
    const second = await peer.ask({ token, options: [register] });
    assert.ok((sequence(second) ?? 0) > (sequence(first) ?? 0));
    assert.deepEqual(ended, [toHex(token)]);
    assert.equal(endpoint.occupancy.observations, 1);
    observations[0]?.notify(text("from the old one"), true);
    assert.deepEqual(peer.news(), []);
    latest().notify(text("from the new one"), true);
    assert.equal(payload(await peer.next()), "from the new one");
  });

  test("is limited in number: one more is answered as a plain GET", async () => {
    const { peer, endpoint } = observed({ maxObservations: 2 });
    const accepted: boolean[] = [];
    for (const id of [1, 2, 3]) {
      accepted.push(sequence(await peer.ask({ token: Uint8Array.of(id), options: [register] })) !== undefined);
    }
    assert.deepEqual(accepted, [true, true, false]);
    assert.equal(endpoint.occupancy.observations, 2);
  });

  test("by FETCH is possible", async () => {
    const { peer, latest } = observed();
    const fetch = { code: Method.FETCH, token, options: [register], payload: Uint8Array.of(1) };
    assert.ok(sequence(await peer.ask(fetch)) !== undefined);
    latest().notify(text("x"), false);
    assert.equal((await peer.next()).type, MessageType.NON);
  });

  test("answered late sends the state that came meanwhile only after the answer was acknowledged", async () => {
    let answer: (response: CoapResponse) => void = () => {};
    const { peer, latest, time } = observed({}, () => new Promise((resolve) => (answer = resolve)));
    peer.send({ token, options: [register] });
    await time.advance(250);
    assert.equal(peer.news()[0]?.type, MessageType.ACK);
    latest().notify(text("newer"), true);
    latest().notify(text("newest"), false);
    assert.deepEqual(peer.news(), []);
    answer(text("first"));
    const first = await peer.next();
    assert.equal(payload(first), "first");
    assert.ok(sequence(first) !== undefined);
    peer.reply(first, MessageType.ACK);
    assert.equal(payload(await peer.next()), "newest");
  });
});

describe("an observation ends", () => {
  async function established(parameters: Partial<CoapParameters> = {}) {
    const all = observed(parameters);
    await all.peer.ask({ token, options: [register] });
    return all;
  }

  test("by a GET with Observe=1 and the same token, which is answered as a plain GET", async () => {
    const { peer, endpoint, ended } = await established();
    const answer = await peer.ask({ token, options: [deregister] });
    assert.equal(payload(answer), "18.5");
    assert.equal(sequence(answer), undefined);
    assert.deepEqual(ended, [toHex(token)]);
    assert.equal(endpoint.occupancy.observations, 0);
  });

  for (const confirmable of [true, false]) {
    test(`by a Reset to a ${confirmable ? "" : "non-"}confirmable notification`, async () => {
      const { peer, time, ended, causes, latest } = await established();
      latest().notify(text("19"), confirmable);
      peer.reply(await peer.next(), MessageType.RST);
      assert.deepEqual(ended, [toHex(token)]);
      assert.deepEqual(causes, ["cancelled"]);
      latest().notify(text("20"), confirmable);
      await time.advance(100_000);
      assert.deepEqual(peer.news(), []);
    });
  }

  test("when a confirmable notification stays without answer", async () => {
    const { peer, time, ended, causes, latest } = await established();
    latest().notify(text("19"), true);
    await time.advance(93_000);
    assert.equal(peer.news().length, 5);
    assert.deepEqual(ended, [toHex(token)]);
    assert.deepEqual(causes, ["unreachable"]);
    assert.equal(time.armed, 0);
  });

  test("by an error notification, which has no Observe option", async () => {
    const { peer, endpoint, ended, latest } = await established();
    latest().notify({ code: Code.NotFound }, true);
    const notification = await peer.next();
    assert.equal(drawn(notification), "4.04");
    assert.equal(sequence(notification), undefined);
    assert.deepEqual(ended, [toHex(token)]);
    assert.equal(endpoint.occupancy.observations, 0);
  });

  test("by an error that waits for the acknowledgement of the notification before", async () => {
    const { peer, ended, latest } = await established();
    latest().notify(text("19"), true);
    const notification = await peer.next();
    latest().notify({ code: Code.NotFound }, true);
    assert.deepEqual(peer.news(), []);
    peer.reply(notification, MessageType.ACK);
    assert.equal(drawn(await peer.next()), "4.04");
    assert.deepEqual(ended, [toHex(token)]);
  });

  test("by an error that replaces an unanswered notification at its retransmission", async () => {
    const { peer, time, ended, latest } = await established();
    latest().notify(text("19"), true);
    await peer.next();
    latest().notify({ code: Code.NotFound }, true);
    await time.advance(3000);
    const [error, ...more] = peer.news();
    assert.ok(error);
    assert.equal(more.length, 0);
    assert.equal(drawn(error), "4.04");
    assert.deepEqual(ended, [toHex(token)]);
    peer.reply(error, MessageType.ACK);
    await time.advance(100_000);
    assert.deepEqual(peer.news(), []);
  });

  test("without a message by its handler, whose listeners are not called", async () => {
    const { peer, time, endpoint, ended, latest } = await established();
    latest().notify(text("19"), true);
    await peer.next();
    latest().end();
    await time.advance(100_000);
    assert.deepEqual(peer.news(), []);
    assert.deepEqual(ended, []);
    assert.equal(endpoint.occupancy.observations, 0);
  });

  test("with the session", async () => {
    const { endpoint, ended, causes, time, latest } = await established();
    latest().notify(text("19"), true);
    endpoint.close();
    assert.deepEqual(ended, [toHex(token)]);
    assert.deepEqual(causes, ["closed"]);
    assert.equal(time.armed, 0);
    let late = 0;
    latest().onEnded(() => late++);
    assert.equal(late, 1);
  });
});

describe("notifications", () => {
  test("one confirmable at a time, the newest state next", async () => {
    const { peer, latest } = observed();
    await peer.ask({ token, options: [register] });
    for (const value of ["1", "2", "3"]) latest().notify(text(value), true);
    const first = await peer.next();
    assert.equal(payload(first), "1");
    peer.reply(first, MessageType.ACK);
    const second = await peer.next();
    assert.equal(payload(second), "3");
    peer.reply(second, MessageType.ACK);
    assert.deepEqual(peer.news(), []);
  });

  test("that are retransmitted carry the newest state under a new Message ID, five transmissions in all", async () => {
    const { peer, time, latest, ended } = observed();
    await peer.ask({ token, options: [register] });
    latest().notify(text("1"), true);
    await time.advance(4000);
    latest().notify(text("2"), true);
    await time.advance(90_000);
    const all = peer.news();
    assert.deepEqual(all.map(payload), ["1", "1", "2", "2", "2"]);
    assert.equal(new Set(all.map(({ messageId }) => messageId)).size, 2);
    assert.deepEqual(ended, [toHex(token)]);
  });

  test("a Reset to the abandoned Message ID still ends the observation", async () => {
    const { peer, time, latest, ended } = observed();
    await peer.ask({ token, options: [register] });
    latest().notify(text("1"), true);
    const old = await peer.next();
    latest().notify(text("2"), true);
    await time.advance(3000);
    assert.equal(peer.news().length, 1);
    peer.reply(old, MessageType.RST);
    assert.deepEqual(ended, [toHex(token)]);
    await time.advance(100_000);
    assert.deepEqual(peer.news(), []);
  });

  test("non-confirmable for 24 hours become confirmable once", async () => {
    const { peer, time, latest } = observed();
    await peer.ask({ token, options: [register] });
    const types: MessageType[] = [];
    for (let hour = 0; hour < 49; hour++) {
      await time.advance(3600_000 - 1);
      latest().notify(text(`${hour}`), false);
      const notification = await peer.next();
      types.push(notification.type);
      if (notification.type === MessageType.CON) peer.reply(notification, MessageType.ACK);
    }
    const confirmable = types.flatMap((type, hour) => (type === MessageType.CON ? [hour] : []));
    assert.deepEqual(confirmable, [23, 47]);
  });

  test("of several observations do not replace each other, and go one at a time", async () => {
    const { peer, observations } = observed();
    for (const id of [1, 2]) await peer.ask({ token: Uint8Array.of(id), options: [register] });
    for (const observation of observations) observation.notify(text(observation.id), true);
    const seen: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const notification = await peer.next();
      seen.push(payload(notification));
      peer.reply(notification, MessageType.ACK);
    }
    assert.deepEqual(seen, ["01", "02"]);
  });

  test("with a large body carry its first block, and the rest is fetched with a plain GET under another token", async () => {
    const { peer, latest } = observed({ blockSize: 16 });
    const path = option(OptionNumber.UriPath, "r");
    await peer.ask({ token, options: [path, register] });
    const body = pattern(40);
    latest().notify({ code: Code.Content, payload: body }, true);
    const first = await peer.next();
    assert.equal(drawn(first), "2.05 2:0/1/16");
    assert.ok(sequence(first) !== undefined);
    peer.reply(first, MessageType.ACK);
    const later = [
      await peer.ask({ options: [path, block2(1, false, 16)] }),
      await peer.ask({ options: [path, block2(2, false, 16)] }),
    ];
    assert.deepEqual(concatBytes([first, ...later].map((message) => message.payload)), body);
    for (const message of later) {
      assert.equal(sequence(message), undefined);
      assert.deepEqual(optionValue(message.options, OptionNumber.ETag), optionValue(first.options, OptionNumber.ETag));
    }
  });

  test("come in the block size that the registration wished for", async () => {
    const { peer, latest } = observed();
    assert.equal(drawn(await peer.ask({ token, options: [register, block2(0, false, 32)] })), "2.05 2:0/0/32");
    latest().notify({ code: Code.Content, payload: pattern(40) }, false);
    assert.equal(drawn(await peer.next()), "2.05 2:0/1/32");
  });

  test("a later block asked for with Observe=0 does not register", async () => {
    const { peer, endpoint } = observed({ blockSize: 16 }, () => ({ code: Code.Content, payload: pattern(40) }));
    await peer.ask({ token, options: [register] });
    await peer.ask({ token: Uint8Array.of(2), options: [register, block2(1, false, 16)] });
    assert.equal(endpoint.occupancy.observations, 1);
  });

  test("that have no wire form end the observation with 5.00", async () => {
    const { peer, latest, ended } = observed();
    await peer.ask({ token, options: [register] });
    latest().notify({ code: Code.Content, options: [option(70_000, "x")], payload: noBytes }, true);
    assert.equal(drawn(await peer.next()), "5.00");
    assert.deepEqual(ended, [toHex(token)]);
  });
});

test("a POST with Observe and the token of an observation leaves it alone", async () => {
  const { peer, endpoint, ended } = observed();
  await peer.ask({ token, options: [register] });
  await peer.ask({ code: Method.POST, token, options: [deregister] });
  assert.equal(endpoint.occupancy.observations, 1);
  assert.deepEqual(ended, []);
});

describe("an observation that outlives its endpoint", () => {
  /** What an endpoint knows of its first observation, closed by now. */
  async function before(parameters: Partial<CoapParameters> = {}, wishes: CoapMessage["options"] = []) {
    const { peer, endpoint, latest } = observed(parameters, () => text("x".repeat(40)));
    await peer.ask({ token, options: [register, ...wishes] });
    latest().notify(text("first"), false);
    const notified = await peer.next();
    endpoint.close();
    return { origin: latest().origin, notified };
  }

  test("goes on over another endpoint under its token, with a later number", async () => {
    const { origin, notified } = await before();
    const { peer, endpoint } = observed();
    const adopted = endpoint.adoptObservation(origin);
    assert.equal(adopted?.id, toHex(token));
    adopted?.notify(text("second"), true);
    const next = await peer.next();
    assert.deepEqual([toHex(next.token), payload(next)], [toHex(token), "second"]);
    assert.equal(sequence(next), (sequence(notified) ?? 0) + 1);
    peer.reply(next, MessageType.ACK);
    adopted?.notify(text("third"), false);
    assert.equal(payload(await peer.next()), "third");
  });

  test("goes on with a later number also where the numbers were in their upper half", async () => {
    const { origin } = await before();
    for (const [used, next] of [
      [0x900000, 0x900001],
      [0xffffff, 0],
    ] as const) {
      const { peer, endpoint } = observed();
      endpoint.adoptObservation({ ...origin, sequence: used })?.notify(text("next"), false);
      assert.equal(sequence(await peer.next()) ?? 0, next);
    }
  });

  test("ends at the new endpoint as any other: by Reset, by Observe=1 and with the endpoint", async () => {
    const { origin } = await before();
    const ends: Record<string, (peer: ScriptedPeer, notification: CoapMessage) => void> = {
      reset: (peer, notification) => peer.reply(notification, MessageType.RST),
      cancel: (peer) => peer.send({ token, options: [deregister] }),
    };
    for (const [name, end] of Object.entries(ends)) {
      const { peer, endpoint } = observed();
      const adopted = endpoint.adoptObservation(origin);
      const causes: ObservationEnd[] = [];
      adopted?.onEnded((cause) => causes.push(cause));
      adopted?.notify(text(name), false);
      end(peer, await peer.next());
      assert.deepEqual(causes, ["cancelled"], name);
      endpoint.close();
      assert.equal(endpoint.occupancy.observations, 0);
    }
  });

  test("keeps the block size that the peer wished for, and its later blocks are found", async () => {
    const { origin } = await before({}, [block2(0, false, 16)]);
    const { peer, endpoint } = observed();
    endpoint.adoptObservation(origin)?.notify(text("y".repeat(20)), false);
    const first = await peer.next();
    assert.equal(drawn(first), "2.05 2:0/1/16");
    const rest = await peer.ask({ options: [block2(1, false, 16)] });
    assert.deepEqual([drawn(rest), payload(rest)], ["2.05 2:1/0/16", "yyyy"]);
  });

  test("is not taken on when the peer has used the token anew, when there are too many, or after the end", async () => {
    const { origin } = await before();
    const used = observed();
    await used.peer.ask({ token, options: [register] });
    assert.equal(used.endpoint.adoptObservation(origin), undefined);

    const full = observed({ maxObservations: 1 });
    await full.peer.ask({ token: Uint8Array.of(1), options: [register] });
    assert.equal(full.endpoint.adoptObservation(origin), undefined);

    const closed = observed();
    closed.endpoint.close();
    assert.equal(closed.endpoint.adoptObservation(origin), undefined);
  });
});
