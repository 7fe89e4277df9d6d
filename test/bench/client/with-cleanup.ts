import type { Cleanup } from "../../support/foreign/cleanup.ts";

/** Does some work and then, whatever came of it, all that was left to clean up, the latest first. */
export async function withCleanup<T>(work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const left: (() => Promise<void> | void)[] = [];
  try {
    return await work({ after: (clean) => void left.push(clean) });
  } finally {
    for (const clean of left.reverse()) await clean();
  }
}
