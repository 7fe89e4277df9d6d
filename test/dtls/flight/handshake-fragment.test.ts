import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeFragments,
  encodeFragment,
  type HandshakeFragment,
} from "../../../src/dtls/flight/handshake-fragment.ts";
import { concatBytes } from "../../../src/util/bytes.ts";
import { DecodeError } from "../../../src/util/coded-error.ts";
import { bytesOf, testCodec } from "../../support/codec-properties.ts";

testCodec<HandshakeFragment>({
  name: "a handshake fragment",
  decode: (bytes) => {
    const [fragment, ...others] = decodeFragments(bytes);
    assert.ok(fragment && others.length === 0);
    return fragment;
  },
  encode: encodeFragment,
  examples: [
    {
      hex: "0b 000005 0002 000003 000002 aabb",
      value: { type: 11, length: 5, messageSequence: 2, offset: 3, body: Uint8Array.of(0xaa, 0xbb) },
    },
  ],
  values: fc
    .record({
      type: fc.nat(255),
      messageSequence: fc.nat(0xffff),
      offset: fc.nat(50),
      after: fc.nat(50),
      body: fc.uint8Array({ maxLength: 30 }),
    })
    .map(({ after, ...rest }) => ({ ...rest, length: rest.offset + rest.body.length + after })),
});

test("one record may carry several fragments", () => {
  const done = { type: 14, length: 0, messageSequence: 5, offset: 0, body: new Uint8Array() };
  assert.equal(decodeFragments(concatBytes([encodeFragment(done), encodeFragment(done)])).length, 2);
});

test("a fragment that reaches beyond its message is malformed", () => {
  assert.throws(() => decodeFragments(bytesOf("0b 000004 0002 000003 000002 aabb")), DecodeError);
});
