import { after } from "node:test";

/** What starters need of a test: a place to leave their clean-up. A TestContext is one. */
export interface Cleanup {
  after(clean: () => Promise<void> | void): void;
}

/**
 * For what a whole suite shares. Call it in the suite's body: `after` called within a `before` hook would run when the
 * hook ends. Cleans up in reverse order; one that fails does not keep the others from it.
 */
export function suiteCleanup(): Cleanup {
  const left: (() => Promise<void> | void)[] = [];
  after(async () => {
    const failures: unknown[] = [];
    for (const clean of left.reverse()) {
      try {
        await clean();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "clean-up failed");
  });
  return { after: (clean) => void left.push(clean) };
}
