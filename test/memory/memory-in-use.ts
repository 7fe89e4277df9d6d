import { heapUsed } from "../support/heap.ts";

/** Bytes after a full collection. */
export interface MemoryInUse {
  readonly heap: number;
  /** Of the whole process, with what is beside V8's heap. */
  readonly resident: number;
}

export function memoryInUse(): MemoryInUse {
  const heap = heapUsed();
  return { heap, resident: process.memoryUsage.rss() };
}
