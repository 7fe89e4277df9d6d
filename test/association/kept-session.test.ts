import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bindingOf,
  decodeKeptSession,
  encodeKeptSession,
  type KeptSession,
} from "../../src/association/kept-session.ts";
import { encodeResumableSession } from "../../src/dtls/resumable-session.ts";
import { toHex } from "../../src/util/bytes.ts";
import { testCodec } from "../support/codec-properties.ts";
import { resumableSession } from "../support/memory-sessions.ts";

const session = resumableSession();
const inner = encodeResumableSession(session);
const length = inner.length.toString(16).padStart(4, "0");

testCodec<KeptSession>({
  name: "a session beside its age and binding",
  decode: decodeKeptSession,
  encode: encodeKeptSession,
  examples: [
    {
      hex: `01 ${"ab".repeat(32)} 0199a0b1c2d3 ${length} ${toHex(inner)}`,
      value: { binding: new Uint8Array(32).fill(0xab), madeAt: 0x0199a0b1c2d3, session },
    },
  ],
  values: fc.record({
    binding: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    madeAt: fc.nat(2 ** 31 - 1),
    session: fc.uint8Array({ minLength: 1, maxLength: 32 }).map((sessionId) => resumableSession({ sessionId })),
  }),
});

test("server, server name and credential each make another binding", () => {
  const credential = new Uint8Array(32);
  const bindings = [
    bindingOf("a 5684", undefined, credential),
    bindingOf("a 5685", undefined, credential),
    bindingOf("a 5684", "", credential),
    bindingOf("a 5684", "a", credential),
    bindingOf("a 5684", undefined, credential.with(0, 1)),
  ].map(toHex);
  assert.equal(new Set(bindings).size, bindings.length);
});
