import assert from "node:assert/strict";
import { test } from "node:test";
import { delayMs, latencyOf, parseLatency } from "../../../src/sandbox/card/latency.ts";
import { fromHex } from "../../../src/util/bytes.ts";
import { HexSim, sampleDigest, testProfile } from "../../support/virtual-sim.ts";

/** A signature as most hosts make it, over T=0: INIT, UPDATE, GET RESPONSE, close; with the response's length. */
const signature = [
  ["802A00010D840101A1010391020001920104", 2],
  [`802B8001229E20${sampleDigest}`, 2],
  ["80C0000042", 68],
  ["802A0101", 2],
] as const;

function signatureMs(choice: Parameters<typeof latencyOf>[0]): number {
  const latency = latencyOf(choice);
  return signature.reduce((sum, [command, length]) => sum + delayMs(latency, fromHex(command), length, {}), 0);
}

test("the presets put a whole signature where measured cards are", () => {
  assert.equal(signatureMs("fast"), 0);
  assert.ok(signatureMs("median") > 150 && signatureMs("median") < 250, String(signatureMs("median")));
  assert.ok(signatureMs("slow") > 300 && signatureMs("slow") < 1000, String(signatureMs("slow")));
});

test("a number is the time of one signature, and nothing else takes time", () => {
  assert.equal(signatureMs(700), 700);
  assert.equal(delayMs(latencyOf(700), fromHex("80B9000003840104"), 2, {}), 700);
  assert.equal(delayMs(latencyOf(700), fromHex("8084000020"), 34, {}), 0);
});

test("a fixed time for an INS replaces the preset's", () => {
  assert.equal(delayMs(latencyOf("slow"), fromHex("8084000020"), 34, { "84": 9 }), 9);
});

test("latency is read from text, and a wrong one is told what is expected", () => {
  assert.deepEqual(["fast", "median", "slow", "0", "5000"].map(parseLatency), ["fast", "median", "slow", 0, 5000]);
  for (const bad of ["", "quick", "-1", "1.5", "99999999"])
    assert.throws(() => parseLatency(bad), { code: "BAD_LATENCY" });
});

test("the card's time passes on the injected timers, one command after the other", async () => {
  const sim = await new HexSim(testProfile({ delayMs: { "84": 100 } })).selected();
  const done: number[] = [];
  const answers = [0, 1, 2].map((i) => sim.send("8084000001").then(() => done.push(i)));
  await sim.time.advance(150);
  assert.deepEqual(done, [0]);
  await sim.time.advance(150);
  await Promise.all(answers);
  assert.deepEqual(done, [0, 1, 2]);
});
