import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceEntry } from "../../../src/sandbox/card/apdu-trace.ts";
import { reportTable } from "../../../src/sandbox/demo/demo-report.ts";
import { assertSameCount, startFigures } from "../../../src/sandbox/demo/start-figures.ts";
import { traceFigures } from "../../../src/sandbox/demo/trace-figures.ts";
import { fromHex } from "../../../src/util/bytes.ts";

const none = { signatures: 0, keyGenerations: 0, fileReads: 0, otherOperations: 0, apdus: 0, milliseconds: 0 };
const card = {
  startup: { ...none, fileReads: 1, otherOperations: 2, apdus: 4, milliseconds: 40 },
  handshake: { ...none, signatures: 1, apdus: 3, milliseconds: 165.4 },
  after: none,
};
const handshake = {
  suite: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  resumed: false,
  bytesSent: 974,
  bytesReceived: 916,
  datagramsSent: 3,
  datagramsReceived: 3,
  milliseconds: 322,
};
const events = {
  handshake: { event: "handshake", at: 0, peer: "127.0.0.1:5684", ...handshake },
  registered: { event: "registered", at: 0, traffic: { bytesSent: 150, bytesReceived: 42 } },
  figures: { event: "figures", at: 0, card },
};

const commands = (...hex: string[]): TraceEntry[] =>
  hex.map((text) => ({ kind: "command", at: 0, channel: 1, bytes: fromHex(text) }));

const trace = commands(
  "0070000001", // MANAGE CHANNEL, open
  "01a4040007a0000005590010", // SELECT
  "81b00000038301030000", // READ FILE from 0
  "81b000f0038301030000", // and on
  "812a0001", // COMPUTE SIGNATURE, init
  "812b8000", // and update
  "01c0000046", // GET RESPONSE
  "01708001", // MANAGE CHANNEL, close
);

test("a start's figures are put together from the agent's events", () => {
  assert.deepEqual(startFigures(900.5, events), {
    toRegisteredMs: 900.5,
    card,
    handshake,
    registration: { bytesSent: 150, bytesReceived: 42 },
  });
});

test("an event that is not as it should be is refused", () => {
  const broken = { ...events, registered: { event: "registered", at: 0 } };
  assert.throws(() => startFigures(1, broken), { code: "DEMO_FAILED", message: /"registered".*traffic/s });
});

test("the card's trace is counted by instruction, its closing command apart", () => {
  assert.deepEqual(traceFigures(trace), { signatures: 1, keyGenerations: 0, fileReads: 1, apdus: 7 });
});

test("the agent's count and the card's must be the same", () => {
  const figures = startFigures(1, events);
  assertSameCount(figures, traceFigures(trace));
  const counted = { signatures: 1, keyGenerations: 0, fileReads: 1, apdus: 7 };
  for (const name of ["signatures", "keyGenerations", "fileReads", "apdus"] as const) {
    const other = { ...counted, [name]: counted[name] + 1 };
    assert.throws(() => assertSameCount(figures, other), { code: "DEMO_FAILED", message: new RegExp(`^${name}: `) });
  }
});

test("the table has a column for each start", () => {
  const start = startFigures(900.5, events);
  const text = reportTable({ registered: true, starts: [start, start] });
  assert.match(text, /^spawn to registered +901 ms +901 ms$/m);
  assert.match(text, /^card, handshake: APDUs +3 in 165 ms +3 in 165 ms$/m);
  assert.match(text, /^Register: sent +150 B +150 B$/m);
});
