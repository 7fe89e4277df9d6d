import type { ServerAccountEvent } from "../../src/lwm2m/server-account-event.ts";

/** Mistakes made on purpose, to see that they would be found. */
export type Leak = "none" | "events" | "bytes";

/** A listener that keeps what it hears in the heap, or bytes beside it. */
export function leakyListener(leak: Leak): (event: ServerAccountEvent) => void {
  const kept: unknown[] = [];
  let heard = 0;
  if (leak === "events") return (event) => void kept.push({ ...event });
  if (leak === "bytes") return () => void (++heard % 256 === 0 && kept.push(Buffer.alloc(32 * 1024, 1)));
  return () => {};
}
