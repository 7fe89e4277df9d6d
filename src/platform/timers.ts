import type { Timer, Timers } from "../util/time.ts";

/** Node's timers overflow beyond this and then fire at once. */
const longestMs = 2 ** 31 - 1;

/** Timers on Node's event loop; a delay longer than Node can take is waited for in parts. */
export const nodeTimers: Timers = {
  schedule(delayMs: number, callback: () => void): Timer {
    let handle: NodeJS.Timeout;
    const wait = (restMs: number): void => {
      const partMs = Math.min(restMs, longestMs);
      handle = setTimeout(() => (restMs > partMs ? wait(restMs - partMs) : callback()), partMs);
    };
    wait(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};
