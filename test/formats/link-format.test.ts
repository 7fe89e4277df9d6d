import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeLinks, encodeLinks, formatLinks, parseLinks } from "../../src/formats/link-format.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import { typedErrorsOnly } from "./only-typed-errors.ts";

test("the examples of RFC 6690 section 5 read and write unchanged", () => {
  for (const text of [
    '</sensors>;ct=40;title="Sensor Index"',
    '</sensors/temp>;rt="temperature-c";if="sensor"',
    '<http://www.example.com/sensors/t123>;anchor="/sensors/temp";rel="describedby"',
    '</firmware/v2.1>;rt="firmware";sz=262144',
  ]) {
    assert.equal(formatLinks(parseLinks(text)), text);
  }
});

test("a Register payload reads as links with bare and quoted attributes", () => {
  const text = '</>;rt="oma.lwm2m";ct="60 110 112 11542",</1/0>,</2>,</10>;ver=1.1,</10/0>';
  const links = parseLinks(text);
  assert.deepEqual(links[0], {
    target: "/",
    attributes: [
      { name: "rt", value: "oma.lwm2m", quoted: true },
      { name: "ct", value: "60 110 112 11542", quoted: true },
    ],
  });
  assert.deepEqual(links[3], { target: "/10", attributes: [{ name: "ver", value: "1.1" }] });
  assert.equal(formatLinks(links), text);
});

test("flags, escapes and the empty list", () => {
  assert.deepEqual(parseLinks("</a>;obs"), [{ target: "/a", attributes: [{ name: "obs" }] }]);
  assert.equal(parseLinks('</a>;t="x\\"y\\\\z"')[0]?.attributes[0]?.value, 'x"y\\z');
  assert.equal(
    formatLinks([{ target: "/a", attributes: [{ name: "t", value: 'x"y\\z', quoted: true }] }]),
    '</a>;t="x\\"y\\\\z"',
  );
  assert.deepEqual(parseLinks(""), []);
});

test("anything else is malformed", () => {
  for (const bad of [
    "<",
    "</a",
    "/a",
    "</a>,",
    ",</a>",
    "</a></b>",
    "</a>;",
    "</a>;=1",
    '</a>;t="x',
    "</a>;t=",
    "</a> ,</b>",
    "</a>;t=a b",
  ]) {
    assert.throws(() => parseLinks(bad), DecodeError, bad);
  }
  assert.throws(() => decodeLinks(Uint8Array.of(0x3c, 0xc3, 0x3e)), DecodeError);
});

test("cut short anywhere it is malformed, or ends after a whole part", () => {
  const text = '</1/0>,</10>;ver="1.1"';
  for (let length = 0; length < text.length; length++) {
    const links = typedErrorsOnly(() => decodeLinks(encodeUtf8(text.slice(0, length))));
    if (links) assert.ok(text.startsWith(formatLinks(links)));
  }
});

test("any links come back as they were, and any text gives links or a typed error", () => {
  const name = fc.stringMatching(/^[a-z]{1,6}$/);
  const attribute = fc.oneof(
    name.map((name) => ({ name })),
    fc.tuple(name, fc.stringMatching(/^[a-z0-9./:]{1,8}$/)).map(([name, value]) => ({ name, value })),
    fc.tuple(name, fc.string()).map(([name, value]) => ({ name, value, quoted: true })),
  );
  const link = fc.record(
    { target: fc.stringMatching(/^\/[0-9/]{0,10}$/), attributes: fc.array(attribute, { maxLength: 4 }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(link, { maxLength: 6 }), (links) => {
      assert.deepEqual(decodeLinks(encodeLinks(links)), links);
    }),
    { seed: 8, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[<>/;,="a-z0-9\\ ]{0,40}$/), (text) => {
      typedErrorsOnly(() => parseLinks(text));
    }),
    { seed: 9, numRuns: 3000 },
  );
});
