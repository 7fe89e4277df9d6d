import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BodySink, CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code, Method } from "../../src/coap/message.ts";
import { OptionNumber, uintToOption } from "../../src/coap/options.ts";
import type { CoapParameters } from "../../src/coap/parameters.ts";
import { concatBytes, toHex } from "../../src/util/bytes.ts";
import { option, pattern, request } from "../support/coap-messages.ts";
import { pair, scripted } from "../support/coap-pair.ts";
import { block1, drawn, ScriptedPeer } from "../support/coap-script.ts";

/** Keeps what a sink was told, one word or body a line. */
class RecordingSink implements BodySink {
  readonly log: string[] = [];
  refuseAt = Number.POSITIVE_INFINITY;
  hold: Promise<void> = Promise.resolve();
  #parts: Uint8Array[] = [];

  get body(): Uint8Array {
    return concatBytes(this.#parts);
  }

  async append(bytes: Uint8Array): Promise<CoapResponse | undefined> {
    await this.hold;
    if (this.#parts.length >= this.refuseAt) return { code: Code.RequestEntityTooLarge };
    this.#parts.push(bytes.slice());
    this.log.push(`+${bytes.length}`);
    return undefined;
  }

  async finish(): Promise<CoapResponse> {
    this.log.push("finished");
    return { code: Code.Changed };
  }

  abandon(reason: string): void {
    this.log.push(reason);
  }
}

type Opened = BodySink | CoapResponse | undefined;

function streaming(
  open: (request: CoapRequest, announced?: number) => Opened,
  parameters: Partial<CoapParameters> = {},
) {
  const handled: CoapRequest[] = [];
  const handle = (whole: CoapRequest): CoapResponse => {
    handled.push(whole);
    return { code: Code.Changed };
  };
  const { wire, time, endpoint } = scripted(Object.assign(handle, { openBody: open }), parameters);
  return { peer: new ScriptedPeer(wire, time), time, endpoint, handled };
}

const put = { code: Method.PUT };
const block = (number: number, more: boolean, payload = pattern(16)) => ({
  ...put,
  options: [block1(number, more, 16)],
  payload,
});

describe("A streamed request body", () => {
  test("reaches the sink block by block, and the sink answers the last", async () => {
    const sink = new RecordingSink();
    const asked: [string, number | undefined][] = [];
    const { peer, handled } = streaming(({ path, payload }, announced) => {
      asked.push([`${path.join("/")} ${payload.length}`, announced]);
      return sink;
    });
    const path = [option(OptionNumber.UriPath, "5"), option(OptionNumber.UriPath, "0")];
    const parts = [block(0, true), block(1, true), block(2, false, pattern(3))];
    const answers: string[] = [];
    for (const [at, part] of parts.entries()) {
      const size1 = at === 0 ? [uintToOption(OptionNumber.Size1, 35)] : [];
      answers.push(drawn(await peer.ask({ ...part, options: [...path, ...part.options, ...size1] })));
    }
    assert.deepEqual(answers, ["2.31 1:0/1/16", "2.31 1:1/1/16", "2.04 1:2/0/16"]);
    assert.deepEqual(asked, [["5/0 0", 35]]);
    assert.deepEqual(sink.log, ["+16", "+16", "+3", "finished"]);
    assert.equal(handled.length, 0);
  });

  test("of one block, or of a path that nobody claims, goes to the handler whole", async () => {
    const { peer, handled } = streaming(() => undefined);
    await peer.ask(block(0, false));
    await peer.ask(block(0, true));
    assert.equal(drawn(await peer.ask(block(1, false))), "2.04 1:1/0/16");
    assert.deepEqual(
      handled.map(({ payload }) => payload.length),
      [16, 32],
    );
  });

  test("is refused at its first block", async () => {
    const { peer, handled } = streaming(() => ({ code: Code.Unauthorized }));
    assert.equal(drawn(await peer.ask(block(0, true))), "4.01 1:0/0/16");
    assert.equal(drawn(await peer.ask(block(1, false))), "4.08 1:1/0/16");
    assert.equal(handled.length, 0);
  });

  test("is not held to the limit of bodies that are kept in memory", async () => {
    const sink = new RecordingSink();
    const { peer } = streaming(() => sink, { maxBodyBytes: 20 });
    for (let number = 0; number < 10; number++) assert.match(drawn(await peer.ask(block(number, true))), /^2\.31/);
    assert.equal(sink.body.length, 160);
  });

  test("ends when the sink says so, and the next block finds no transfer", async () => {
    const sink = new RecordingSink();
    sink.refuseAt = 1;
    const { peer, endpoint } = streaming(() => sink);
    await peer.ask(block(0, true));
    assert.equal(drawn(await peer.ask(block(1, true))), "4.13 1:1/0/16");
    assert.equal(drawn(await peer.ask(block(2, true))), "4.08 1:2/0/16");
    assert.deepEqual(sink.log, ["+16"]);
    assert.equal(endpoint.occupancy.bodies, 0);
  });

  test("begun anew drops the former one", async () => {
    const sinks: RecordingSink[] = [];
    const { peer } = streaming(() => sinks[sinks.push(new RecordingSink()) - 1]);
    await peer.ask(block(0, true, new Uint8Array(16).fill(9)));
    await peer.ask(block(0, true));
    assert.equal(drawn(await peer.ask(block(1, false, Uint8Array.of(1)))), "2.04 1:1/0/16");
    assert.deepEqual(
      sinks.map(({ log }) => log),
      [
        ["+16", "the peer began anew"],
        ["+16", "+1", "finished"],
      ],
    );
    assert.equal(toHex(sinks[1]?.body ?? new Uint8Array()), `${toHex(pattern(16))}01`);
  });

  test("with a gap is 4.08 and with a block too short 4.00; the sink hears of both", async () => {
    const sink = new RecordingSink();
    const { peer, endpoint } = streaming(() => sink);
    await peer.ask(block(0, true));
    assert.equal(drawn(await peer.ask(block(2, true))), "4.08 1:2/0/16");
    await peer.ask(block(0, true));
    assert.equal(drawn(await peer.ask(block(1, true, pattern(3)))), "4.00 1:1/0/16");
    assert.deepEqual(sink.log, ["+16", "the peer lost the thread", "+16", "the peer lost the thread"]);
    assert.equal(endpoint.occupancy.bodies, 0);
  });

  test("that nobody continues is given up after EXCHANGE_LIFETIME, and when the endpoint closes at once", async () => {
    const sinks: RecordingSink[] = [];
    const { peer, time, endpoint } = streaming(() => sinks[sinks.push(new RecordingSink()) - 1]);
    await peer.ask(block(0, true));
    await time.advance(2 * 247_000);
    assert.deepEqual(sinks[0]?.log, ["+16", "no block came for too long"]);
    await peer.ask(block(0, true));
    endpoint.close();
    assert.deepEqual(sinks[1]?.log.length, 2);
    assert.equal(time.armed, 0);
  });

  test("waits for the sink: a block that overtakes the writing is written after it", async () => {
    const sink = new RecordingSink();
    let release = (): void => {};
    sink.hold = new Promise((resolve) => {
      release = resolve;
    });
    const { peer, time } = streaming(() => sink);
    const token = Uint8Array.of(1);
    peer.send({ ...block(0, true), token });
    peer.send({ ...block(1, true, new Uint8Array(16).fill(1)), token });
    await time.advance(10);
    assert.equal(peer.news().length, 0);
    release();
    await time.advance(10);
    assert.deepEqual(peer.news().map(drawn), ["2.31 1:0/1/16", "2.31 1:1/1/16"]);
    assert.deepEqual(sink.body, concatBytes([pattern(16), new Uint8Array(16).fill(1)]));
  });

  test("whose sink fails is 5.00 and over", async () => {
    const sink = new RecordingSink();
    sink.append = () => Promise.reject(new Error("broken"));
    const { peer, endpoint } = streaming(() => sink);
    assert.equal(drawn(await peer.ask(block(0, true))), "5.00 1:0/0/16");
    assert.equal(endpoint.occupancy.bodies, 0);
  });
});

describe("One block of a response", () => {
  const body = pattern(100);

  test("is fetched from the middle, with the tag and the size of the whole", async () => {
    const tag = option(OptionNumber.ETag, "v1");
    const { client, time } = pair({ handle: () => ({ code: Code.Content, payload: body, options: [tag] }) });
    const fetching = client.fetchBlock(request({}), { number: 2, more: false, size: 32 });
    await time.advance(1000);
    const { response, block: came } = await fetching;
    assert.deepEqual(came, { number: 2, more: true, size: 32 });
    assert.deepEqual(response.payload, body.subarray(64, 96));
    assert.deepEqual(response.options, [tag]);
    const first = client.fetchBlock(request({}), { number: 0, more: false, size: 64 });
    await time.advance(1000);
    assert.equal((await first).totalBytes, 100);
  });

  test("may come without Block2, as the whole body", async () => {
    const { wire, time, endpoint } = scripted();
    const peer = new ScriptedPeer(wire, time);
    const fetching = endpoint.fetchBlock(request({}), { number: 0, more: false, size: 64 });
    const asked = await peer.next();
    assert.equal(drawn(asked), "0.01 2:0/0/64");
    peer.answer(asked, { code: Code.Content, payload: body });
    assert.equal((await fetching).block, undefined);
  });

  test("with a reserved size is a bad response", async () => {
    const { wire, time, endpoint } = scripted();
    const peer = new ScriptedPeer(wire, time);
    const fetching = endpoint.fetchBlock(request({}), { number: 0, more: false, size: 64 });
    const reserved = { number: OptionNumber.Block2, value: Uint8Array.of(7) };
    peer.answer(await peer.next(), { code: Code.Content, options: [reserved] });
    await assert.rejects(fetching, { code: "COAP_BAD_RESPONSE" });
  });
});
