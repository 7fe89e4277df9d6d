import type { Timers } from "../../util/time.ts";

/** What makes a server account act. */
export type WakeUp =
  | { readonly type: "due" }
  | { readonly type: "closed"; readonly reason: string; readonly error?: Error }
  | {
      readonly type:
        | "stop"
        | "offline"
        | "online"
        | "disable"
        /** The peer no longer answers. */
        | "silent"
        | "reconnect"
        | "resume"
        | "update"
        /** There is something to tell a server that thinks us asleep. */
        | "wake"
        /** The server spoke while we slept. */
        | "woken";
      readonly reason: string;
    };

/** The order in which waiting wake-ups are taken. */
const urgency: readonly WakeUp["type"][] = [
  "stop",
  "offline",
  "online",
  "closed",
  "disable",
  "silent",
  "reconnect",
  "resume",
  "update",
  "wake",
  "woken",
  "due",
];

/** What is a wish for the whole account, not for the association that it came over. */
const lasting: ReadonlySet<WakeUp["type"]> = new Set(["stop", "offline"]);

/** At most one wake-up of each kind waits; the account takes the most urgent when it is ready for it. */
export class WakeUps {
  readonly #timers: Timers;
  readonly #waiting = new Map<WakeUp["type"], WakeUp>();
  #resume: (() => void) | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  post(wakeUp: WakeUp): void {
    if (!this.#waiting.has(wakeUp.type)) this.#waiting.set(wakeUp.type, wakeUp);
    this.#resume?.();
  }

  has(type: WakeUp["type"]): boolean {
    return this.#waiting.has(type);
  }

  withdraw(type: WakeUp["type"]): void {
    this.#waiting.delete(type);
  }

  /** Drops what was meant for a state that is over; stop and offline stay. */
  clear(): void {
    for (const type of urgency) if (!lasting.has(type)) this.#waiting.delete(type);
  }

  /** Forgets everything: the account has stopped. */
  reset(): void {
    this.#waiting.clear();
  }

  /** The next one; "due" after `delayMs` without any, or never when it is undefined. */
  async next(delayMs: number | undefined): Promise<WakeUp> {
    if (this.#waiting.size === 0) await this.#sleep(delayMs);
    const type = urgency.find((candidate) => this.#waiting.has(candidate)) ?? "due";
    const wakeUp = this.#waiting.get(type) ?? { type: "due" };
    this.#waiting.delete(type);
    return wakeUp;
  }

  #sleep(delayMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = delayMs === undefined ? undefined : this.#timers.schedule(delayMs, () => this.#resume?.());
      this.#resume = () => {
        timer?.cancel();
        this.#resume = undefined;
        resolve();
      };
    });
  }
}
