import assert from "node:assert/strict";
import { describe, test } from "node:test";
import packet from "coap-packet";
import fc from "fast-check";
import { decodeMessage, encodeMessage, peekHeader } from "../../src/coap/codec.ts";
import { type CoapMessage, Code, codeText, MessageType, Method } from "../../src/coap/message.ts";
import { OptionNumber } from "../../src/coap/options.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { CodedError, DecodeError } from "../../src/util/coded-error.ts";
import { message, option } from "../support/coap-messages.ts";

/** RFC 7252 appendix A, figures 16 to 19 (the first two messages of each drawing that gives bytes). */
const examples: { name: string; hex: string; message: CoapMessage }[] = [
  {
    name: "figure 16: confirmable GET",
    hex: "40017d34bb74656d7065726174757265",
    message: message({ messageId: 0x7d34, options: [option(OptionNumber.UriPath, "temperature")] }),
  },
  {
    name: "figure 16: piggybacked 2.05",
    hex: "60457d34ff32322e332043",
    message: message({
      type: MessageType.ACK,
      code: Code.Content,
      messageId: 0x7d34,
      payload: new TextEncoder().encode("22.3 C"),
    }),
  },
  {
    name: "figure 17: confirmable GET with a token",
    hex: "41017d3520bb74656d7065726174757265",
    message: message({
      messageId: 0x7d35,
      token: Uint8Array.of(0x20),
      options: [option(OptionNumber.UriPath, "temperature")],
    }),
  },
  {
    name: "figure 17: piggybacked 2.05 with a token",
    hex: "61457d3520ff32322e332043",
    message: message({
      type: MessageType.ACK,
      code: Code.Content,
      messageId: 0x7d35,
      token: Uint8Array.of(0x20),
      payload: new TextEncoder().encode("22.3 C"),
    }),
  },
];

describe("examples of RFC 7252 appendix A", () => {
  for (const { name, hex, message: expected } of examples) {
    test(name, () => {
      assert.deepEqual(plain(decodeMessage(fromHex(hex))), plain(expected));
      assert.equal(toHex(encodeMessage(expected)), hex);
    });
  }
});

describe("malformed messages are refused", () => {
  const malformed: [what: string, hex: string][] = [
    ["nothing", ""],
    ["three bytes", "400100"],
    ["version 0", "00010001"],
    ["version 2", "80010001"],
    ["a token length of 9", `49010001${"aa".repeat(9)}`],
    ["a token length of 15", "4f010001"],
    ["a token that ends early", "44010001aabbcc"],
    ["an Empty message with a token", "41000001aa"],
    ["an Empty message with an option", "40000001b161"],
    ["an Empty message with a payload", "40000001ff61"],
    ["a payload marker without payload", "40010001ff"],
    ["a payload marker without payload after an option", "40010001b161ff"],
    ["an option value that ends early", "40010001b561"],
    ["a delta extension that is missing", "40010001d0"],
    ["a delta extension of one byte where two belong", "40010001e001"],
    ["a length extension that is missing", "40010001bd"],
    ["a reserved delta", "40010001f0"],
    ["a reserved length", "40010001bf"],
    ["an option number of 65536", "40010001e0fef310"],
    ["an option number far above 65535", "40010001e0ffffe0ffff"],
  ];
  for (const [what, hex] of malformed) {
    test(what, () => assert.throws(() => decodeMessage(fromHex(hex)), DecodeError));
  }
});

test("the largest option number is read and written", () => {
  const bytes = encodeMessage(message({ options: [option(65535, "x")] }));
  assert.deepEqual(decodeMessage(bytes).options, [option(65535, "x")]);
});

test("what has no wire form is refused with a stable code", () => {
  const invalid = (parts: Partial<CoapMessage>) => () => encodeMessage(message(parts));
  const refused = (error: unknown) => error instanceof CodedError && error.code === "COAP_INVALID_MESSAGE";
  assert.throws(invalid({ token: new Uint8Array(9) }), refused);
  assert.throws(invalid({ options: [option(65536, "x")] }), refused);
  assert.throws(invalid({ code: Code.Empty, token: Uint8Array.of(1) }), refused);
  assert.throws(invalid({ options: [option(-1, "x")] }), refused);
  assert.throws(invalid({ options: [{ number: 11, value: new Uint8Array(65536 + 269) }] }), refused);
});

test("type and Message ID are known of a message that is malformed further on", () => {
  assert.deepEqual(peekHeader(fromHex("5001abcdff")), { type: MessageType.NON, messageId: 0xabcd });
  assert.equal(peekHeader(fromHex("8001abcdff")), undefined);
  assert.equal(peekHeader(fromHex("4001ab")), undefined);
});

const options = fc.array(
  fc.record({ number: fc.integer({ min: 0, max: 65535 }), value: fc.uint8Array({ maxLength: 300 }) }),
  { maxLength: 6 },
);
const messages = fc.record({
  type: fc.constantFrom(...Object.values(MessageType)),
  code: fc.integer({ min: 1, max: 255 }),
  messageId: fc.integer({ min: 0, max: 0xffff }),
  token: fc.uint8Array({ maxLength: 8 }),
  options,
  payload: fc.uint8Array({ maxLength: 64 }),
});

test("a message survives encoding and decoding, its options sorted and repeated ones in their order", () => {
  fc.assert(
    fc.property(messages, (original) => {
      const sorted = [...original.options].sort((a, b) => a.number - b.number);
      assert.deepEqual(plain(decodeMessage(encodeMessage(original))), plain({ ...original, options: sorted }));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("cut off at any length, a message is refused or is a shorter message, and nothing else happens", () => {
  fc.assert(
    fc.property(messages, (original) => {
      const whole = encodeMessage(original);
      for (let length = 0; length < whole.length; length++) {
        const cut = whole.slice(0, length);
        const decoded = decodeOrRefuse(cut);
        if (decoded) assert.deepEqual(encodeMessage(decoded), cut);
      }
    }),
    { seed: 2, numRuns: 100 },
  );
});

test("any bytes are decoded or refused with DecodeError", () => {
  const almost = fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => Uint8Array.of(0x40 | ((bytes[0] ?? 0) & 0x3f), ...bytes));
  fc.assert(
    fc.property(fc.oneof(almost, fc.uint8Array({ maxLength: 80 })), (bytes) => void decodeOrRefuse(bytes)),
    { seed: 3, numRuns: 20_000 },
  );
});

describe("coap-packet as second opinion", () => {
  test("reads what we write, and writes what we write", () => {
    fc.assert(
      fc.property(messages, (original) => {
        const ours = encodeMessage(original);
        const theirs = packet.parse(Buffer.from(ours));
        assert.equal(theirs.code, codeText(original.code));
        assert.equal(theirs.messageId, original.messageId);
        assert.equal(toHex(theirs.token), toHex(original.token));
        assert.equal(toHex(theirs.payload), toHex(original.payload));
        assert.equal(toHex(packet.generate({ ...theirs, options: [...theirs.options] }, 65535)), toHex(ours));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  test("accepts whatever we accept", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 60 }), (bytes) => {
        bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x38);
        if (decodeOrRefuse(bytes)) assert.doesNotThrow(() => packet.parse(Buffer.from(bytes)));
      }),
      { seed: 5, numRuns: 5000 },
    );
  });

  test("accepts malformed messages, which is why it is not our codec", () => {
    const acceptedByCoapPacket = [
      ["a truncated token", "44010001aabb"],
      ["a truncated option", "40010001b561"],
      ["a payload marker without payload", "40010001ff"],
      ["an option number above 65535", "40010001e0ffffe0ffff"],
    ] as const;
    for (const [what, hex] of acceptedByCoapPacket) {
      assert.doesNotThrow(() => packet.parse(Buffer.from(fromHex(hex))), what);
      assert.throws(() => decodeMessage(fromHex(hex)), DecodeError, what);
    }
  });

  test("takes and gives Buffers only, and rewrites its argument", () => {
    const options = [
      { name: "Uri-Query", value: Buffer.from("b") },
      { name: "Uri-Path", value: Buffer.from("a") },
    ];
    packet.generate({ code: "0.01", messageId: 1, token: Buffer.alloc(0), options, payload: Buffer.alloc(0) });
    assert.equal(options[0]?.name, "Uri-Path");
    assert.throws(() => Reflect.apply(packet.parse, undefined, [fromHex(examples[0]?.hex ?? "")]), TypeError);
    const token = Uint8Array.of(1);
    assert.throws(() => Reflect.apply(packet.generate, undefined, [{ code: "0.01", messageId: 1, token }]), TypeError);
  });
});

test("the code byte is shown as class and detail", () => {
  assert.equal(codeText(Code.NotFound), "4.04");
  assert.equal(codeText(Method.iPATCH), "0.07");
});

function decodeOrRefuse(bytes: Uint8Array): CoapMessage | undefined {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return undefined;
  }
}

/** Without the identity of views. */
function plain(decoded: CoapMessage): unknown {
  const hex = decoded.options.map(({ number, value }) => `${number}=${toHex(value)}`);
  return { ...decoded, token: toHex(decoded.token), options: hex, payload: toHex(decoded.payload) };
}
