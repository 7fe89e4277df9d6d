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
