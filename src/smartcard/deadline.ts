import type { Timers } from "../util/time.ts";

/** Rejects with the error that `onExpiry` makes when `promise` has not settled in time; its later outcome is dropped. */
export function withDeadline<T>(
  promise: Promise<T>,
  timers: Timers,
  deadlineMs: number,
  onExpiry: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.schedule(deadlineMs, () => reject(onExpiry()));
    promise.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
