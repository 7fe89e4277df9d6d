import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code, MessageType, Method } from "../../src/coap/message.ts";
import { OptionNumber, optionValue, uintOption, uintToOption } from "../../src/coap/options.ts";
import type { CoapParameters } from "../../src/coap/parameters.ts";
import { concatBytes, toHex } from "../../src/util/bytes.ts";
import { noBytes, option, pattern } from "../support/coap-messages.ts";
import { scripted } from "../support/coap-pair.ts";
import { block1, block2, drawn, ScriptedPeer } from "../support/coap-script.ts";

const path = (segment: string) => option(OptionNumber.UriPath, segment);

function serving(response: CoapResponse | ((n: number) => CoapResponse), parameters: Partial<CoapParameters> = {}) {
  const handled: CoapRequest[] = [];
  const { wire, time, endpoint } = scripted((request) => {
    handled.push(request);
    return typeof response === "function" ? response(handled.length) : response;
  }, parameters);
  return { peer: new ScriptedPeer(wire, time), time, endpoint, handled };
}

describe("Block2, answering the examples of RFC 7959 §3.1", () => {
  const body = pattern(128 * 2 + 60);

  test("figure 2: a simple block-wise GET", async () => {
    const { peer, handled } = serving({ code: Code.Content, payload: body }, { blockSize: 128 });
    const answers = [
      await peer.ask({ options: [path("status")] }),
      await peer.ask({ options: [path("status"), block2(1, false, 128)] }),
      await peer.ask({ options: [path("status"), block2(2, false, 128)] }),
    ];
    assert.deepEqual(answers.map(drawn), ["2.05 2:0/1/128", "2.05 2:1/1/128", "2.05 2:2/0/128"]);
    assert.deepEqual(concatBytes(answers.map(({ payload }) => payload)), body);
    assert.equal(handled.length, 1);
    const tags = answers.map(({ options }) => toHex(optionValue(options, OptionNumber.ETag) ?? noBytes));
    assert.equal(tags[0]?.length, 16);
    assert.equal(new Set(tags).size, 1);
    assert.equal(uintOption(answers[0]?.options ?? [], OptionNumber.Size2), body.length);
  });

  test("figure 3: a block-wise GET with early negotiation", async () => {
    const { peer } = serving({ code: Code.Content, payload: body }, { blockSize: 128 });
    const drawings: string[] = [];
    for (let number = 0; number < 5; number++) {
      drawings.push(drawn(await peer.ask({ options: [path("status"), block2(number, false, 64)] })));
    }
    assert.deepEqual(drawings, [0, 1, 2, 3].map((n) => `2.05 2:${n}/1/64`).concat("2.05 2:4/0/64"));
  });

  test("figure 4: a block-wise GET with late negotiation", async () => {
    const { peer, handled } = serving({ code: Code.Content, payload: body }, { blockSize: 128 });
    assert.equal(drawn(await peer.ask({ options: [path("status")] })), "2.05 2:0/1/128");
    assert.equal(drawn(await peer.ask({ options: [path("status"), block2(2, false, 64)] })), "2.05 2:2/1/64");
    assert.equal(drawn(await peer.ask({ options: [path("status"), block2(4, false, 64)] })), "2.05 2:4/0/64");
    assert.equal(handled.length, 1);
  });
});

describe("Block2", () => {
  test("is not used for what fits, unless the request asks for a size", async () => {
    const { peer } = serving({ code: Code.Content, payload: pattern(1024) });
    assert.equal(drawn(await peer.ask({})), "2.05");
    assert.equal(drawn(await peer.ask({ options: [block2(0, false, 1024)] })), "2.05 2:0/0/1024");
  });

  test("answers a larger size wish with the smaller size of ours", async () => {
    const { peer } = serving({ code: Code.Content, payload: pattern(1024) }, { blockSize: 256 });
    assert.equal(drawn(await peer.ask({ options: [block2(0, false, 1024)] })), "2.05 2:0/1/256");
  });

  test("serves later blocks from a snapshot: a resource that changes is not torn", async () => {
    const { peer, handled } = serving((n) => ({ code: Code.Content, payload: new Uint8Array(40).fill(n) }), {
      blockSize: 16,
    });
    await peer.ask({});
    const second = await peer.ask({ options: [block2(1, false, 16)] });
    assert.deepEqual(second.payload, new Uint8Array(16).fill(1));
    await peer.ask({});
    const third = await peer.ask({ options: [block2(1, false, 16)] });
    assert.deepEqual(third.payload, new Uint8Array(16).fill(2));
    assert.equal(handled.length, 2);
  });

  test("beyond the end is 4.00", async () => {
    const { peer } = serving({ code: Code.Content, payload: pattern(32) }, { blockSize: 16 });
    await peer.ask({});
    assert.equal(drawn(await peer.ask({ options: [block2(2, false, 16)] })), "4.00");
    assert.equal(drawn(await peer.ask({ options: [block2(0xfffff, false, 1024)] })), "4.00");
  });

  test("of a GET that was never begun is cut from what the handler gives now", async () => {
    const { peer } = serving({ code: Code.Content, payload: pattern(40) }, { blockSize: 16 });
    const answer = await peer.ask({ options: [block2(1, false, 16)] });
    assert.equal(drawn(answer), "2.05 2:1/1/16");
    assert.deepEqual(answer.payload, pattern(40).subarray(16, 32));
  });

  test("of a POST whose answer is no longer kept is 4.08, and the handler is not asked again", async () => {
    const { peer, time, handled } = serving({ code: Code.Changed, payload: pattern(40) }, { blockSize: 16 });
    const post = { code: Method.POST };
    assert.equal(drawn(await peer.ask(post)), "2.04 2:0/1/16");
    await time.advance(248_000);
    assert.equal(drawn(await peer.ask({ ...post, options: [block2(1, false, 16)] })), "4.08");
    assert.equal(handled.length, 1);
  });

  test("keeps a bounded number of snapshots, and none for ever", async () => {
    const { peer, time, endpoint } = serving(
      { code: Code.Content, payload: pattern(40) },
      { blockSize: 16, maxTransfers: 3 },
    );
    for (let i = 0; i < 10; i++) await peer.ask({ options: [path(`${i}`)] });
    assert.equal(endpoint.occupancy.snapshots, 3);
    await time.advance(2 * 247_000);
    assert.equal(endpoint.occupancy.snapshots, 0);
    assert.equal(time.armed, 0);
  });

  test("uses the handler's ETag when it gives one", async () => {
    const options = [option(OptionNumber.ETag, "v1")];
    const { peer } = serving({ code: Code.Content, payload: pattern(40), options }, { blockSize: 16 });
    const answer = await peer.ask({});
    assert.equal(answer.options.filter(({ number }) => number === OptionNumber.ETag).length, 1);
  });
});

describe("Block1, answering the examples of RFC 7959 §3.2 and §3.3", () => {
  const put = { code: Method.PUT };
  const body = pattern(128 * 2 + 60);

  test("figure 7: a simple atomic block-wise PUT, and the handler sees the body once", async () => {
    const { peer, handled } = serving({ code: Code.Changed });
    const answers = [
      await peer.ask({ ...put, options: [path("options"), block1(0, true, 128)], payload: body.subarray(0, 128) }),
      await peer.ask({ ...put, options: [path("options"), block1(1, true, 128)], payload: body.subarray(128, 256) }),
      await peer.ask({ ...put, options: [path("options"), block1(2, false, 128)], payload: body.subarray(256) }),
    ];
    assert.deepEqual(answers.map(drawn), ["2.31 1:0/1/128", "2.31 1:1/1/128", "2.04 1:2/0/128"]);
    assert.equal(handled.length, 1);
    assert.deepEqual(handled[0]?.payload, body);
    assert.deepEqual(handled[0]?.path, ["options"]);
  });

  test("figure 9: a simple atomic block-wise PUT with negotiation of a smaller size", async () => {
    const { peer, handled } = serving({ code: Code.Changed }, { blockSize: 32 });
    const drawings = [
      drawn(await peer.ask({ ...put, options: [block1(0, true, 128)], payload: body.subarray(0, 128) })),
      drawn(await peer.ask({ ...put, options: [block1(4, true, 32)], payload: body.subarray(128, 160) })),
      drawn(await peer.ask({ ...put, options: [block1(5, true, 32)], payload: body.subarray(160, 192) })),
      drawn(await peer.ask({ ...put, options: [block1(6, false, 32)], payload: body.subarray(192, 200) })),
    ];
    assert.deepEqual(drawings, ["2.31 1:0/1/32", "2.31 1:4/1/32", "2.31 1:5/1/32", "2.04 1:6/0/32"]);
    assert.deepEqual(handled[0]?.payload, body.subarray(0, 200));
  });

  test("§3.3: block-wise in both directions", async () => {
    const answer = pattern(200);
    const { peer, handled } = serving({ code: Code.Changed, payload: answer }, { blockSize: 64 });
    const post = { code: Method.POST };
    const first = { ...post, options: [path("soap"), block1(0, true, 64)], payload: body.subarray(0, 64) };
    assert.equal(drawn(await peer.ask(first)), "2.31 1:0/1/64");
    const last = { ...post, options: [path("soap"), block1(1, false, 64)], payload: body.subarray(64, 100) };
    const answers = [await peer.ask(last)];
    for (let number = 1; number < 4; number++) {
      answers.push(await peer.ask({ ...post, options: [path("soap"), block2(number, false, 64)] }));
    }
    assert.deepEqual(answers.map(drawn), ["2.04 1:1/0/64 2:0/1/64", "2.04 2:1/1/64", "2.04 2:2/1/64", "2.04 2:3/0/64"]);
    assert.deepEqual(concatBytes(answers.map(({ payload }) => payload)), answer);
    assert.equal(handled.length, 1);
  });
});

describe("Block1", () => {
  const put = { code: Method.PUT };
  const block = (number: number, more: boolean, payload = pattern(16)) => ({
    ...put,
    options: [block1(number, more, 16)],
    payload,
  });

  test("with a gap is 4.08, and the transfer is forgotten", async () => {
    const { peer, handled, endpoint } = serving({ code: Code.Changed });
    await peer.ask(block(0, true));
    assert.equal(drawn(await peer.ask(block(2, true))), "4.08 1:2/0/16");
    assert.equal(drawn(await peer.ask(block(1, false))), "4.08 1:1/0/16");
    assert.equal(handled.length, 0);
    assert.equal(endpoint.occupancy.bodies, 0);
  });

  test("starts anew with block 0", async () => {
    const { peer, handled } = serving({ code: Code.Changed });
    await peer.ask(block(0, true, new Uint8Array(16).fill(9)));
    await peer.ask(block(0, true));
    await peer.ask(block(1, false, Uint8Array.of(1)));
    assert.deepEqual(
      handled.map(({ payload }) => toHex(payload)),
      [`${toHex(pattern(16))}01`],
    );
  });

  test("is 4.00 when a block that is not the last is not full, or any is too long", async () => {
    const { peer } = serving({ code: Code.Changed });
    assert.equal(drawn(await peer.ask(block(0, true, pattern(15)))), "4.00 1:0/0/16");
    assert.equal(drawn(await peer.ask(block(0, true, pattern(17)))), "4.00 1:0/0/16");
    assert.equal(drawn(await peer.ask(block(0, false, pattern(17)))), "4.00 1:0/0/16");
  });

  test("is 4.13 when the announced or the actual body is too large, and says the limit", async () => {
    const { peer, endpoint } = serving({ code: Code.Changed }, { maxBodyBytes: 40 });
    const announced = block(0, true);
    const refused = await peer.ask({
      ...announced,
      options: [...announced.options, uintToOption(OptionNumber.Size1, 41)],
    });
    assert.equal(drawn(refused), "4.13 1:0/0/16");
    assert.equal(uintOption(refused.options, OptionNumber.Size1), 40);
    assert.equal(drawn(await peer.ask(block(0, true))), "2.31 1:0/1/16");
    assert.equal(drawn(await peer.ask(block(1, true))), "2.31 1:1/1/16");
    assert.equal(drawn(await peer.ask(block(2, false))), "4.13 1:2/0/16");
    assert.equal(endpoint.occupancy.bodies, 0);
  });

  test("with the highest block number allocates nothing", async () => {
    const { peer, endpoint } = serving({ code: Code.Changed });
    const highest = { ...put, options: [block1(0xfffff, false, 1024)], payload: pattern(5) };
    assert.equal(drawn(await peer.ask(highest)), "4.13 1:1048575/0/1024");
    assert.equal(endpoint.occupancy.bodies, 0);
  });

  test("keeps transfers apart by path, method and Request-Tag, whatever their tokens", async () => {
    const { peer, handled } = serving({ code: Code.Changed });
    const kinds = [
      { code: Method.PUT, more: [path("a")] },
      { code: Method.PUT, more: [path("b")] },
      { code: Method.POST, more: [path("a")] },
      { code: Method.PUT, more: [path("a"), option(OptionNumber.RequestTag, "1")] },
    ];
    const token = Uint8Array.of(1);
    for (const [at, { code, more }] of kinds.entries()) {
      await peer.ask({ code, token, options: [...more, block1(0, true, 16)], payload: new Uint8Array(16).fill(at) });
    }
    for (const [at, { code, more }] of kinds.entries()) {
      await peer.ask({ code, token, options: [...more, block1(1, false, 16)], payload: Uint8Array.of(at) });
    }
    assert.deepEqual(
      handled.map(({ payload }) => [...payload]),
      [0, 1, 2, 3].map((at) => new Array(17).fill(at)),
    );
    assert.ok(handled.every(({ options }) => options.length === 0));
  });

  test("is forgotten after EXCHANGE_LIFETIME, even when the peer stays silent, and bounded in number", async () => {
    const { peer, time, endpoint } = serving({ code: Code.Changed }, { maxTransfers: 3 });
    for (let i = 0; i < 10; i++) {
      await peer.ask({ ...put, options: [path(`${i}`), block1(0, true, 16)], payload: pattern(16) });
    }
    assert.equal(endpoint.occupancy.bodies, 3);
    await time.advance(2 * 247_000);
    assert.equal(endpoint.occupancy.bodies, 0);
    assert.equal(time.armed, 0);
  });

  test("retransmitted by the peer is not taken twice", async () => {
    const { peer, handled } = serving({ code: Code.Changed });
    for (const messageId of [50, 50, 51, 51, 50, 51]) {
      const parts = block(messageId - 50, messageId === 50);
      assert.match(drawn(await peer.ask({ ...parts, messageId })), messageId === 50 ? /^2\.31/ : /^2\.04/);
    }
    assert.equal(handled.length, 1);
    assert.equal(handled[0]?.payload.length, 32);
  });

  test("works with non-confirmable messages, and a No-Response does not stop it", async () => {
    const { peer, handled } = serving({ code: Code.Changed });
    const quiet = option(OptionNumber.NoResponse, [26]);
    const first = block(0, true);
    const continued = await peer.ask({ ...first, type: MessageType.NON, options: [...first.options, quiet] });
    assert.equal(drawn(continued), "2.31 1:0/1/16");
    assert.equal(continued.type, MessageType.NON);
    const last = block(1, false);
    peer.send({ ...last, type: MessageType.NON, options: [...last.options, quiet] });
    assert.deepEqual(peer.news(), []);
    await Promise.resolve();
    assert.equal(handled.length, 1);
  });
});

test("a FETCH with a small body gets its later blocks with the body repeated or left out", async () => {
  const { peer, handled } = serving({ code: Code.Content, payload: pattern(40) }, { blockSize: 16 });
  const fetch = { code: Method.FETCH, payload: Uint8Array.of(1, 2) };
  assert.equal(drawn(await peer.ask(fetch)), "2.05 2:0/1/16");
  assert.equal(drawn(await peer.ask({ ...fetch, options: [block2(1, false, 16)] })), "2.05 2:1/1/16");
  assert.equal(drawn(await peer.ask({ code: Method.FETCH, options: [block2(2, false, 16)] })), "2.05 2:2/0/16");
  assert.equal(handled.length, 1);
});
