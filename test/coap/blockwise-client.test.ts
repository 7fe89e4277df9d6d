import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CoapMessage, Code, Method } from "../../src/coap/message.ts";
import { OptionNumber, optionValue, uintOption, uintToOption } from "../../src/coap/options.ts";
import type { CoapParameters } from "../../src/coap/parameters.ts";
import { concatBytes, toHex } from "../../src/util/bytes.ts";
import { noBytes, option, pattern, request } from "../support/coap-messages.ts";
import { pair, scripted } from "../support/coap-pair.ts";
import { block1, block2, drawn, failureOf, ScriptedPeer } from "../support/coap-script.ts";

function asking(parameters: Partial<CoapParameters> = {}) {
  const { wire, time, endpoint } = scripted(undefined, parameters);
  return { peer: new ScriptedPeer(wire, time), endpoint, time };
}

describe("Block2 download", () => {
  const body = pattern(40);
  const tag = option(OptionNumber.ETag, "v1");
  const first = { code: Code.Content, options: [tag, block2(0, true, 16)], payload: body.subarray(0, 16) };

  test("fetches block by block with the same options and gives the body whole", async () => {
    const { peer, endpoint } = asking();
    const pending = endpoint.send(request({ path: ["a"], query: ["b"], accept: 60 }));
    const asked: CoapMessage[] = [];
    for (let number = 0; number < 3; number++) {
      const mine = await peer.next();
      asked.push(mine);
      const options = [tag, block2(number, number < 2, 16)];
      peer.answer(mine, { code: Code.Content, options, payload: body.subarray(16 * number, 16 * number + 16) });
    }
    assert.deepEqual((await pending).payload, body);
    assert.deepEqual(asked.map(drawn), ["0.01", "0.01 2:1/0/16", "0.01 2:2/0/16"]);
    for (const { options } of asked) {
      assert.equal(toHex(optionValue(options, OptionNumber.UriPath) ?? noBytes), "61");
      assert.equal(toHex(optionValue(options, OptionNumber.UriQuery) ?? noBytes), "62");
      assert.equal(uintOption(options, OptionNumber.Accept), 60);
    }
    assert.equal(new Set(asked.map(({ token }) => toHex(token))).size, 3);
  });

  test("asks for its own size from the start when that is less than 1024", async () => {
    const { peer, endpoint } = asking({ blockSize: 64 });
    const pending = endpoint.send(request({}));
    const mine = await peer.next();
    assert.equal(drawn(mine), "0.01 2:0/0/64");
    peer.answer(mine, { code: Code.Content, options: [block2(0, false, 64)], payload: body });
    assert.deepEqual((await pending).payload, body);
  });

  test("goes on with a smaller size that the peer changes to", async () => {
    const { peer, endpoint } = asking();
    const pending = endpoint.send(request({}));
    peer.answer(await peer.next(), {
      code: Code.Content,
      options: [block2(0, true, 32)],
      payload: body.subarray(0, 32),
    });
    const second = await peer.next();
    assert.equal(drawn(second), "0.01 2:1/0/32");
    peer.answer(second, { code: Code.Content, options: [block2(2, false, 16)], payload: body.subarray(32) });
    assert.deepEqual((await pending).payload, body);
  });

  const failures: [what: string, expected: string, second: Partial<CoapMessage>][] = [
    ["another ETag", "COAP_BODY_CHANGED", { options: [option(OptionNumber.ETag, "v2"), block2(1, false, 16)] }],
    ["no ETag any more", "COAP_BODY_CHANGED", { options: [block2(1, false, 16)] }],
    ["another Content-Format", "COAP_BODY_CHANGED", { options: [tag, option(12, [60]), block2(1, false, 16)] }],
    ["another success code", "COAP_BODY_CHANGED", { code: Code.Valid, options: [tag, block2(1, false, 16)] }],
    ["the wrong block", "COAP_BAD_RESPONSE", { options: [tag, block2(2, false, 16)] }],
    ["the first block again", "COAP_BAD_RESPONSE", { options: [tag, block2(0, true, 16)] }],
    ["no block", "COAP_BAD_RESPONSE", { options: [tag] }],
    ["a reserved block size", "COAP_BAD_RESPONSE", { options: [tag, option(OptionNumber.Block2, [0x17])] }],
    [
      "a short block that is not the last",
      "COAP_BAD_RESPONSE",
      { options: [tag, block2(1, true, 16)], payload: noBytes },
    ],
    ["a block that is too long", "COAP_BAD_RESPONSE", { options: [tag, block2(1, false, 16)], payload: pattern(17) }],
    ["more than we take", "COAP_RESPONSE_TOO_LARGE", { options: [tag, block2(1, true, 16)] }],
  ];
  for (const [what, expected, second] of failures) {
    test(`fails with ${expected} when ${what} comes second`, async () => {
      const { peer, endpoint } = asking({ maxBodyBytes: 31 });
      const outcome = failureOf(endpoint.send(request({})));
      peer.answer(await peer.next(), first);
      peer.answer(await peer.next(), { code: Code.Content, payload: body.subarray(16, 32), ...second });
      assert.equal(await outcome, expected);
    });
  }

  test("fails at once when the first block announces too much or is not the first", async () => {
    for (const [options, expected] of [
      [[block2(0, true, 16), uintToOption(OptionNumber.Size2, 0xffffffff)], "COAP_RESPONSE_TOO_LARGE"],
      [[block2(0xfffff, true, 16)], "COAP_BAD_RESPONSE"],
    ] as const) {
      const { peer, endpoint } = asking();
      const outcome = failureOf(endpoint.send(request({})));
      peer.answer(await peer.next(), { code: Code.Content, options, payload: pattern(16) });
      assert.equal(await outcome, expected);
    }
  });

  test("gives the error that the peer answers to a later block", async () => {
    const { peer, endpoint } = asking();
    const pending = endpoint.send(request({}));
    peer.answer(await peer.next(), first);
    peer.answer(await peer.next(), { code: Code.RequestEntityIncomplete });
    assert.equal((await pending).code, Code.RequestEntityIncomplete);
  });
});

describe("Block1 upload", () => {
  const body = pattern(40);
  const post = request({ method: Method.POST, path: ["dp"], contentFormat: 112, payload: body });

  async function upload(
    answers: readonly Partial<CoapMessage>[],
    parameters: Partial<CoapParameters> = { blockSize: 16 },
  ): Promise<{ asked: CoapMessage[]; outcome: string }> {
    const { peer, endpoint } = asking(parameters);
    const outcome = endpoint.send(post).then(({ code }) => `${code >> 5}.${code & 31}`);
    const failure = failureOf(outcome);
    const asked: CoapMessage[] = [];
    for (const answer of answers) {
      const mine = await peer.next();
      asked.push(mine);
      peer.answer(mine, answer);
    }
    const failed = await failure;
    return { asked, outcome: failed === "no failure" ? await outcome : failed };
  }

  const next = (number: number, size: 16 | 32 = 16) => ({ code: Code.Continue, options: [block1(number, true, size)] });
  const done = (number: number, size: 16 | 32 = 16) => ({ code: Code.Changed, options: [block1(number, false, size)] });

  test("sends block by block on 2.31, and the last answer is the answer", async () => {
    const { asked, outcome } = await upload([next(0), next(1), done(2)]);
    assert.deepEqual(asked.map(drawn), ["0.02 1:0/1/16", "0.02 1:1/1/16", "0.02 1:2/0/16"]);
    assert.deepEqual(concatBytes(asked.map(({ payload }) => payload)), body);
    assert.deepEqual(
      asked.map(({ options }) => uintOption(options, OptionNumber.Size1)),
      [40, undefined, undefined],
    );
    assert.ok(asked.every(({ options }) => uintOption(options, OptionNumber.ContentFormat) === 112));
    assert.equal(outcome, "2.4");
  });

  test("goes on when the peer acts on each block by itself", async () => {
    const { asked, outcome } = await upload([done(0), done(1), done(2)]);
    assert.equal(asked.length, 3);
    assert.equal(outcome, "2.4");
  });

  test("goes on from the same byte with a smaller size", async () => {
    const { asked } = await upload([next(0, 16), done(2, 16)], { blockSize: 32 });
    assert.deepEqual(asked.map(drawn), ["0.02 1:0/1/32", "0.02 1:2/0/16"]);
    assert.deepEqual(concatBytes(asked.map(({ payload }) => payload)), body);
  });

  test("starts again with the smaller size that a 4.13 names, also when it had sent the body whole", async () => {
    const smaller = { code: Code.RequestEntityTooLarge, options: [block1(0, false, 16)] };
    const blocks = await upload([smaller, next(0), next(1), done(2)], { blockSize: 32 });
    assert.deepEqual(blocks.asked.map(drawn), ["0.02 1:0/1/32", "0.02 1:0/1/16", "0.02 1:1/1/16", "0.02 1:2/0/16"]);
    const whole = await upload([smaller, next(0), next(1), done(2)], { blockSize: 1024 });
    assert.deepEqual(whole.asked.map(drawn), ["0.02", "0.02 1:0/1/16", "0.02 1:1/1/16", "0.02 1:2/0/16"]);
    assert.equal(whole.outcome, "2.4");
  });

  test("ends with the first error", async () => {
    for (const code of [Code.RequestEntityIncomplete, Code.RequestEntityTooLarge, Code.Unauthorized, 0xa0]) {
      const { outcome } = await upload([next(0), { code }]);
      assert.equal(outcome, `${code >> 5}.${code & 31}`);
    }
  });

  const broken: [what: string, answer: Partial<CoapMessage>][] = [
    ["without Block1", { code: Code.Continue }],
    ["for another block", next(1)],
    ["with a reserved block size", { code: Code.Continue, options: [option(OptionNumber.Block1, [0x0f])] }],
  ];
  for (const [what, answer] of broken) {
    test(`fails on a 2.31 ${what}`, async () => {
      assert.equal((await upload([answer])).outcome, "COAP_BAD_RESPONSE");
    });
  }

  test("fails on a 2.31 to the last block", async () => {
    assert.equal((await upload([next(0), next(1), next(2)])).outcome, "COAP_BAD_RESPONSE");
  });

  test("takes a Block1 of length 0 in the answer as block 0 of 16 bytes", async () => {
    const { asked } = await upload([
      { code: Code.Changed, options: [option(OptionNumber.Block1, [])] },
      done(1),
      done(2),
    ]);
    assert.equal(asked.length, 3);
  });

  test("of two bodies at once to one resource keeps them apart by Request-Tag", async () => {
    const bodies: string[] = [];
    const { client, time } = pair({
      handle: ({ payload }) => {
        bodies.push(toHex(payload));
        return { code: Code.Changed };
      },
      clientParameters: { blockSize: 16 },
    });
    const sent = [1, 2, 3].map((fill) => new Uint8Array(100).fill(fill));
    const pending = Promise.all(sent.map((payload) => client.send({ ...post, payload })));
    await time.advance(10_000);
    assert.deepEqual(
      (await pending).map(({ code }) => code),
      [Code.Changed, Code.Changed, Code.Changed],
    );
    assert.deepEqual(bodies.sort(), sent.map(toHex));
  });
});
