import { equalValues, type Value } from "../../formats/values.ts";
import type { Timer, Timers } from "../../util/time.ts";

/** Reads now and then and tells when the value is another one. Returns how to stop. */
export function poll(
  read: () => Promise<Value | undefined>,
  intervalMs: number,
  timers: Timers,
  changed: () => void,
): () => void {
  let timer: Timer | undefined;
  let known: Value | undefined;
  let isFirst = true;
  let stopped = false;
  const look = async (): Promise<void> => {
    const value = await read();
    if (stopped) return;
    if (!isFirst && !same(value, known)) changed();
    isFirst = false;
    known = value;
    timer = timers.schedule(intervalMs, () => void look());
  };
  void look();
  return () => {
    stopped = true;
    timer?.cancel();
  };
}

function same(a: Value | undefined, b: Value | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalValues(a, b);
}
