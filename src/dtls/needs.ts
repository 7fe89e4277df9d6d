import type { DtlsEvent, Need, NeedAnswer } from "./connection.ts";
import { DtlsError } from "./dtls-error.ts";

/** A value that an answered need will give. */
export interface Pending<T> {
  readonly value: T | undefined;
}

/** An answer that is there already, for states that may get one either way. */
export function settled<T>(value: T): Pending<T> {
  return { value };
}

interface OpenNeed {
  readonly id: number;
  readonly kind: Need["kind"];
  readonly deadline: number;
  readonly settle: (answer: NeedAnswer) => void;
  readonly explainRefusal: (error: Error) => DtlsError;
}

export interface AskOptions<T> {
  /** Makes a value of the answer; a DtlsError that it throws ends the handshake. */
  readonly accept: (answer: NeedAnswer) => T;
  /** What to end the handshake with when the need is refused; NEED_FAILED when absent. */
  readonly explainRefusal?: (error: Error) => DtlsError;
}

/** The open needs of one connection: each has an id, is settled once, and ends at its deadline. */
export class Needs {
  readonly #timeoutMs: number;
  readonly #emit: (event: DtlsEvent) => void;
  readonly #open = new Map<number, OpenNeed>();
  #lastId = 0;

  constructor(timeoutMs: number, emit: (event: DtlsEvent) => void) {
    this.#timeoutMs = timeoutMs;
    this.#emit = emit;
  }

  ask<T>(need: Need, now: number, options: AskOptions<T>): Pending<T> {
    const pending: { value: T | undefined } = { value: undefined };
    const id = ++this.#lastId;
    const deadline = now + this.#timeoutMs;
    const settle = (answer: NeedAnswer) => {
      pending.value = options.accept(answer);
    };
    const explainRefusal = options.explainRefusal ?? ((error) => needFailed(need.kind, error));
    this.#open.set(id, { id, kind: need.kind, deadline, settle, explainRefusal });
    this.#emit({ type: "need", id, need, deadline });
    return pending;
  }

  /** False for an id that is not open: the answer came too late. Throws DtlsError when the answer is not acceptable. */
  resume(id: number, answer: NeedAnswer): boolean {
    const need = this.#take(id);
    if (!need) return false;
    if (answer.kind !== need.kind) {
      throw new DtlsError("NEED_FAILED", `a ${need.kind} need was answered with ${answer.kind}`);
    }
    need.settle(answer);
    return true;
  }

  /** The error to end the handshake with, or undefined when the id is not open. */
  refuse(id: number, error: Error): DtlsError | undefined {
    return this.#take(id)?.explainRefusal(error);
  }

  get deadline(): number | undefined {
    let earliest: number | undefined;
    for (const { deadline } of this.#open.values()) earliest = Math.min(earliest ?? deadline, deadline);
    return earliest;
  }

  /** The error to end the handshake with when a need has waited too long. */
  expired(now: number): DtlsError | undefined {
    const need = [...this.#open.values()].find(({ deadline }) => deadline <= now);
    if (!need) return undefined;
    return new DtlsError("NEED_TIMEOUT", `${need.kind} was not answered within ${this.#timeoutMs} ms (needTimeoutMs)`);
  }

  cancelAll(): void {
    for (const id of this.#open.keys()) this.#emit({ type: "needCancelled", id });
    this.#open.clear();
  }

  #take(id: number): OpenNeed | undefined {
    const need = this.#open.get(id);
    this.#open.delete(id);
    return need;
  }
}

function needFailed(kind: Need["kind"], cause: Error): DtlsError {
  return new DtlsError("NEED_FAILED", `the handshake needed ${kind} and did not get it`, { cause });
}
