import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeResumableSession,
  encodeResumableSession,
  type ResumableSession,
} from "../../src/dtls/resumable-session.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import { bytesOf, testCodec } from "../support/codec-properties.ts";

const secret = new Uint8Array(48).fill(5);
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

testCodec<ResumableSession>({
  name: "a kept session",
  decode: decodeResumableSession,
  encode: encodeResumableSession,
  examples: [
    {
      hex: `01 02 a1a2 30 ${"05".repeat(48)} c0ae 05 01 612e6262 000000 000006 000003 c1c2c3`,
      value: {
        sessionId: bytesOf("a1a2"),
        masterSecret: secret,
        cipherSuite: 0xc0ae,
        serverName: "a.bb",
        peerChain: [bytesOf("c1c2c3")],
      },
    },
    {
      hex: `01 01 a1 30 ${"05".repeat(48)} c0a8 00 000001 01 000000`,
      value: {
        sessionId: bytesOf("a1"),
        masterSecret: secret,
        cipherSuite: 0xc0a8,
        pskIdentity: new Uint8Array(),
        peerChain: [],
      },
    },
  ],
  values: fc.record(
    {
      sessionId: bytes(1, 32),
      masterSecret: bytes(48, 48),
      cipherSuite: fc.nat(0xffff),
      serverName: fc.domain(),
      pskIdentity: bytes(0, 40),
      peerChain: fc.array(bytes(1, 20), { maxLength: 3 }),
    },
    { requiredKeys: ["sessionId", "masterSecret", "cipherSuite", "peerChain"] },
  ),
});

test("a kept session of another format, or with a part of the wrong size, is malformed", () => {
  const good = { sessionId: bytesOf("a1"), masterSecret: secret, cipherSuite: 0xc0a8, peerChain: [] };
  const wrong = [
    encodeResumableSession({ ...good, sessionId: new Uint8Array() }),
    encodeResumableSession({ ...good, sessionId: new Uint8Array(33) }),
    encodeResumableSession({ ...good, masterSecret: new Uint8Array(47) }),
    encodeResumableSession({ ...good, masterSecret: new Uint8Array(49) }),
    encodeResumableSession({ ...good, peerChain: [new Uint8Array(8193)] }),
    encodeResumableSession(good).fill(2, 0, 1),
  ];
  for (const encoded of wrong) assert.throws(() => decodeResumableSession(encoded), DecodeError);
});
