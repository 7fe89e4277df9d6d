import { timingSafeEqual } from "node:crypto";

/** Compares secrets: the time taken depends on the length alone, which is not secret. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
