import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { blockOption, blockToOption, maxBlockNumber } from "../../src/coap/block-option.ts";
import { cacheKey } from "../../src/coap/cache-key.ts";
import { entityTag } from "../../src/coap/entity-tag.ts";
import { Method } from "../../src/coap/message.ts";
import { OptionNumber, siftOptions, uintOption, uintToOption } from "../../src/coap/options.ts";
import { toHex } from "../../src/util/bytes.ts";
import { option, pattern } from "../support/coap-messages.ts";

test("an option of format uint has no leading zero bytes, and is read with them", () => {
  const written: [value: number, hex: string][] = [
    [0, ""],
    [1, "01"],
    [255, "ff"],
    [256, "0100"],
    [0xffffffff, "ffffffff"],
  ];
  for (const [value, hex] of written) {
    assert.equal(toHex(uintToOption(60, value).value), hex);
    assert.equal(uintOption([uintToOption(60, value)], 60), value);
  }
  assert.equal(uintOption([option(60, [0, 0, 1])], 60), 1);
  assert.equal(uintOption([], 60), undefined);
});

test("a block option says number, more and size (RFC 7959 §2.2)", () => {
  const cases: [value: number[], block: ReturnType<typeof blockOption>][] = [
    [[], { number: 0, more: false, size: 16 }],
    [[0x06], { number: 0, more: false, size: 1024 }],
    [[0x0e], { number: 0, more: true, size: 1024 }],
    [[0x12], { number: 1, more: false, size: 64 }],
    [[0xff, 0xff, 0xfe], { number: maxBlockNumber, more: true, size: 1024 }],
    [[0x07], "reserved"],
  ];
  for (const [value, block] of cases) {
    const written = option(OptionNumber.Block2, value);
    assert.deepEqual(blockOption([written], OptionNumber.Block2), block);
    if (block && block !== "reserved") assert.deepEqual(blockToOption(OptionNumber.Block2, block), written);
  }
});

describe("sifting options", () => {
  const understood = new Set<number>([OptionNumber.UriPath, OptionNumber.Accept]);
  const sift = (...options: ReturnType<typeof option>[]) => siftOptions(options, understood);

  test("keeps what is understood and repeatable, in order", () => {
    const path = [option(OptionNumber.UriPath, "a"), option(OptionNumber.UriPath, "b")];
    assert.deepEqual(sift(...path), { options: path });
  });

  test("keeps unknown elective options, repeated or not", () => {
    const unknown = [option(65000, "a"), option(65000, "b")];
    assert.deepEqual(sift(...unknown), { options: unknown });
  });

  test("names the first critical option that is not understood", () => {
    assert.equal(sift(option(65000, ""), option(65001, ""), option(65003, "")).unrecognizedCritical, 65001);
  });

  test("takes out elective options of a wrong length or too many", () => {
    const observe = option(OptionNumber.Observe, [1]);
    assert.deepEqual(sift(observe, observe, option(OptionNumber.ContentFormat, [1, 2, 3])), { options: [observe] });
  });

  test("treats a critical option of a wrong length or too many as not understood", () => {
    assert.equal(sift(option(OptionNumber.Accept, [1, 2, 3])).unrecognizedCritical, OptionNumber.Accept);
    const accept = option(OptionNumber.Accept, [1]);
    assert.equal(sift(accept, accept).unrecognizedCritical, OptionNumber.Accept);
  });
});

test("the key of a transfer ignores block, observe and size options, and nothing that tells resources apart", () => {
  const path = option(OptionNumber.UriPath, "a");
  const key = cacheKey(Method.GET, [path]);
  for (const number of [
    OptionNumber.Block1,
    OptionNumber.Block2,
    OptionNumber.Observe,
    OptionNumber.Size1,
    OptionNumber.Size2,
  ]) {
    assert.equal(cacheKey(Method.GET, [path, option(number, [1])]), key);
  }
  for (const number of [OptionNumber.UriPath, OptionNumber.UriQuery, OptionNumber.Accept, OptionNumber.RequestTag]) {
    assert.notEqual(cacheKey(Method.GET, [path, option(number, [1])]), key);
  }
  assert.notEqual(cacheKey(Method.PUT, [path]), key);
  const [a, b] = [option(OptionNumber.UriPath, "a/b"), option(OptionNumber.UriPath, "b")];
  assert.notEqual(cacheKey(Method.GET, [a]), cacheKey(Method.GET, [path, b]));
});

test("an entity tag has eight bytes, equal for equal bodies and different for a single changed bit", () => {
  const body = pattern(1000);
  assert.equal(entityTag(body).length, 8);
  assert.deepEqual(entityTag(body), entityTag(body.slice()));
  const tags = new Set<string>();
  for (let bit = 0; bit < 8000; bit++) {
    const changed = body.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    tags.add(toHex(entityTag(changed)));
  }
  tags.add(toHex(entityTag(body)));
  assert.equal(tags.size, 8001);
});
