import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** Bytes in use after a full collection. */
export function heapUsed(): number {
  if (typeof collect !== "function") throw new Error("this Node has no gc()");
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed;
}

const allowedGrowth = 2 * 1024 * 1024;

/** How many bytes the heap has grown since it was `before`; fails when they are more than 2 MB. */
export function assertHeapSettled(before: number): number {
  const growth = heapUsed() - before;
  assert.ok(growth <= allowedGrowth, `the heap grew by ${growth} bytes`);
  return growth;
}
