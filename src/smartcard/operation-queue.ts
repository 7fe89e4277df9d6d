import { CodedError } from "../util/coded-error.ts";
import type { Timers } from "../util/time.ts";
import type { CardPriority } from "./card-observer.ts";

export interface QueueRequest {
  readonly priority: CardPriority;
  /** Aborting takes a waiting operation out; of one under way it discards the answer. */
  readonly signal?: AbortSignal;
  /** Milliseconds from now by which the answer is of use. */
  readonly deadlineMs?: number;
}

interface Entry {
  readonly rank: number;
  readonly deadlineAt: number;
  readonly order: number;
  readonly start: () => Promise<void>;
  waiting: boolean;
}

const ranks: Readonly<Record<CardPriority, number>> = { handshake: 0, est: 1, cli: 2 };

/** What an operation does with its outcome; the queue waits for `work` to end before it starts the next one. */
export type Work<T> = (settle: { resolve(value: T): void; reject(error: unknown): void }) => Promise<void>;

/** Runs operations one at a time: by priority, then by the earlier deadline, then in order of arrival. */
export class OperationQueue {
  readonly #timers: Timers;
  readonly #now: () => number;
  #waiting: Entry[] = [];
  #order = 0;
  #running: Promise<void> | undefined;

  constructor(timers: Timers, now: () => number) {
    this.#timers = timers;
    this.#now = now;
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Rejects with CodedError CARD_CANCELLED or CARD_DEADLINE, or with what `work` rejects its answer with. */
  add<T>(request: QueueRequest, work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (request.signal?.aborted) return reject(cancelled(request.signal));
      let tidy = () => {};
      const settle = {
        resolve: (value: T) => {
          tidy();
          resolve(value);
        },
        reject: (error: unknown) => {
          tidy();
          reject(error);
        },
      };
      const entry = this.#enter(request, () => work(settle).catch(settle.reject));
      tidy = this.#watch(request, entry, settle.reject);
      this.#pump();
    });
  }

  #enter(request: QueueRequest, start: () => Promise<void>): Entry {
    const deadlineAt = request.deadlineMs === undefined ? Number.POSITIVE_INFINITY : this.#now() + request.deadlineMs;
    const entry = { rank: ranks[request.priority], deadlineAt, order: this.#order++, start, waiting: true };
    this.#waiting.push(entry);
    this.#waiting.sort((a, b) => a.rank - b.rank || compare(a.deadlineAt, b.deadlineAt) || a.order - b.order);
    return entry;
  }

  /** Gives up on the answer when it is no longer wanted. Returns what ends the watch. */
  #watch(request: QueueRequest, entry: Entry, reject: (error: unknown) => void): () => void {
    const { signal, deadlineMs } = request;
    const giveUp = (error: CodedError) => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
      reject(error);
    };
    const onAbort = () => giveUp(cancelled(signal));
    signal?.addEventListener("abort", onAbort, { once: true });
    const onDeadline = () => giveUp(tooLate(deadlineMs ?? 0, entry.waiting));
    const timer = deadlineMs === undefined ? undefined : this.#timers.schedule(deadlineMs, onDeadline);
    return () => {
      signal?.removeEventListener("abort", onAbort);
      timer?.cancel();
    };
  }

  #pump(): void {
    this.#running ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // The caller who woke us may add more operations in the same turn; the most urgent of them goes first.
    await Promise.resolve();
    for (let entry = this.#waiting.shift(); entry; entry = this.#waiting.shift()) {
      entry.waiting = false;
      await entry.start();
    }
    // In the same turn as the look at the empty queue: what is added from now on needs a new run.
    this.#running = undefined;
  }
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function cancelled(signal: AbortSignal | undefined): CodedError {
  return new CodedError("CARD_CANCELLED", "the card operation was cancelled", { cause: signal?.reason });
}

function tooLate(deadlineMs: number, waiting: boolean): CodedError {
  const where = waiting ? "it was still waiting behind other operations" : "the card had not answered yet";
  return new CodedError("CARD_DEADLINE", `the card operation was not done within ${deadlineMs} ms: ${where}`);
}
