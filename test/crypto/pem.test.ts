import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { looksLikePem, parsePem } from "../../src/crypto/pem.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

const block = "-----BEGIN CERTIFICATE-----\nAQID\nBAUG\nBw==\n-----END CERTIFICATE-----\n";

function refused(text: string, message: RegExp): void {
  assert.throws(
    () => parsePem(encodeUtf8(text)),
    (error) => error instanceof DecodeError && message.test(error.message),
    text,
  );
}

test("blocks come out in order, with text around them skipped", () => {
  const file = `subject: CN=x\n${block}between\r\n${block.replaceAll("CERTIFICATE", "EC PRIVATE KEY").replaceAll("\n", "\r\n")}`;
  const blocks = parsePem(encodeUtf8(file));
  assert.deepEqual(
    blocks.map(({ label, content }) => [label, toHex(content)]),
    [
      ["CERTIFICATE", "01020304050607"],
      ["EC PRIVATE KEY", "01020304050607"],
    ],
  );
});

test("a file without a block has none", () => {
  assert.deepEqual(parsePem(encodeUtf8("nothing here")), []);
  assert.equal(looksLikePem(encodeUtf8("nothing here")), false);
  assert.equal(looksLikePem(encodeUtf8(`text\n${block}`)), true);
  assert.equal(looksLikePem(Uint8Array.of(0x30, 0x82, 0x01)), false);
});

test("base64 of every length of content is read, each with its one spelling", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
      const text = `-----BEGIN X-----\n${Buffer.from(bytes).toString("base64")}\n-----END X-----`;
      assert.deepEqual(parsePem(encodeUtf8(text))[0]?.content, bytes);
    }),
    { numRuns: 200, seed: 1 },
  );
  refused("-----BEGIN X-----\nAR==\n-----END X-----", /line 1: base64 with bits left over/);
});

test("a block that is damaged is refused with its line", () => {
  refused("\n\n-----BEGIN X-----\nAQID\n", /line 3: END X is missing \(at byte 2\)/);
  refused("-----BEGIN X-----\nAQID\n-----END Y-----", /line 3: END X expected/);
  refused("-----BEGIN X----\nAQID\n-----END X-----", /line 1: malformed BEGIN/);
  refused("-----BEGIN X-----\n-----END X-----", /not base64/);
  refused("-----BEGIN X-----\nAQI\n-----END X-----", /not base64/);
  refused("-----BEGIN X-----\nA!ID\n-----END X-----", /not base64/);
  refused("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END X-----", /line 2: a header.*encrypted/);
  assert.throws(() => parsePem(Uint8Array.of(0xff)), DecodeError);
});

test("a block cut at any length is refused", () => {
  const bytes = encodeUtf8(block.trimEnd());
  for (let length = "-----BEGIN ".length; length < bytes.length; length++)
    assert.throws(() => parsePem(bytes.subarray(0, length)), DecodeError);
});

test("any text gives blocks or a DecodeError", () => {
  const line = fc.constantFrom("-----BEGIN X-----", "-----END X-----", "-----BEGIN ", "AQID", "=", "x: y", "");
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      try {
        parsePem(encodeUtf8(lines.join("\n")));
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});
