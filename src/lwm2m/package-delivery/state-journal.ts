import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { StateMachine, type TransitionTable } from "../../util/state-machine.ts";
import type { StoredRecord } from "../../util/stored-record.ts";

/** A state machine with what belongs to its state: in memory, on the disk, and told to who wants to hear of it. */
export class StateJournal<State extends string, Input extends string, R extends { readonly state: State }> {
  readonly #stored: StoredRecord<R>;
  readonly #logger: Logger;
  readonly #machine: StateMachine<State, Input>;
  readonly #listeners = new Set<() => void>();
  #record: R;
  #kept: Promise<boolean> = Promise.resolve(true);

  constructor(stored: StoredRecord<R>, logger: Logger, table: TransitionTable<State, Input>, record: R) {
    this.#stored = stored;
    this.#logger = logger;
    this.#record = record;
    this.#machine = new StateMachine<State, Input>(table, record.state, () => {});
  }

  get record(): R {
    return this.#record;
  }

  get state(): State {
    return this.#machine.state;
  }

  /** Resolves when everything up to now is on the disk, with false when the last of it is not. Never rejects. */
  get kept(): Promise<boolean> {
    return this.#kept;
  }

  can(input: Input): boolean {
    return this.#machine.can(input);
  }

  /** Goes to the next state; `next` says the rest. Throws RangeError for a step that there is not. */
  step(input: Input, next: R, reason: string): void {
    this.#machine.step(input, reason);
    this.set({ ...next, state: this.#machine.state });
  }

  /** All but the state may differ. */
  set(next: R): void {
    this.#record = next;
    this.#kept = this.#kept.then(() => this.#save(next));
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls back after each change; returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #save(record: R): Promise<boolean> {
    try {
      await this.#stored.save(record);
      return true;
    } catch (error) {
      this.#logger.error("the state of an update cannot be kept", { reason: describeError(error) });
      return false;
    }
  }
}
