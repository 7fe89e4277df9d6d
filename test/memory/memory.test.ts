import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { programRunner, type Reading, type Run } from "./run-program.ts";

const runProgram = programRunner();
const allowedGrowth = 5 * 1024 * 1024;
const warmUp = 10_000;

/** What has grown too much since the warm-up, in words; every reading is said. */
async function growths(t: TestContext, run: Run): Promise<string[]> {
  const [first, ...later] = await runProgram(run);
  assert.ok(first && later.length === run.counts.length - 1);
  return later.flatMap((reading) => {
    const kinds = (["heap", "resident"] as const).map((kind) => growth(kind, first, reading));
    t.diagnostic(`${reading.count} ${run.work}: ${kinds.map(({ text }) => text).join(", ")}`);
    return kinds.filter(({ bytes }) => bytes > allowedGrowth).map(({ text }) => `${text} at ${reading.count}`);
  });
}

function growth(kind: "heap" | "resident", first: Reading, reading: Reading) {
  const bytes = reading[kind] - first[kind];
  return { bytes, text: `${kind} ${bytes < 0 ? "" : "+"}${(bytes / 1024 / 1024).toFixed(2)} MB` };
}

test("a million notifications leave the memory as it was after ten thousand", async (t) => {
  const counts = [warmUp, 100_000, 500_000, 1_000_000];
  assert.deepEqual(await growths(t, { work: "notifications", counts }), []);
});

test("a hundred thousand notifications under DTLS leave the memory as it was after ten thousand", async (t) => {
  const counts = [warmUp, 100_000];
  assert.deepEqual(await growths(t, { work: "notifications", security: "psk", counts }), []);
});

test("ten thousand block-wise transfers in each direction leave the memory as it was", async (t) => {
  const counts = [2000, 12_000];
  assert.deepEqual(await growths(t, { work: "transfers", counts }), []);
});

test("a listener that keeps the events it hears is found in the heap", async (t) => {
  const found = await growths(t, { work: "notifications", leak: "events", counts: [warmUp, 100_000] });
  assert.match(found.join(), /heap/);
});

test("a listener that keeps bytes beside the heap is found in the resident memory", async (t) => {
  const found = await growths(t, { work: "notifications", leak: "bytes", counts: [warmUp, 100_000] });
  assert.match(found.join(), /resident/);
  assert.doesNotMatch(found.join(), /heap/);
});
