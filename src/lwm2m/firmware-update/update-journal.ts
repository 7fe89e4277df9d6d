import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { StateMachine } from "../../util/state-machine.ts";
import type { StoredRecord } from "../../util/stored-record.ts";
import type { WallClock } from "../../util/time.ts";
import { type UpdateInput, type UpdateState, updateTransitions } from "./update-machine.ts";
import type { UpdateRecord } from "./update-record.ts";
import type { UpdateResult } from "./update-result.ts";

/** `progress` is percent of the installation. */
export type FirmwareEvent =
  | { readonly type: "firmware"; readonly state: UpdateState; readonly result: UpdateResult; readonly reason: string }
  | { readonly type: "firmware-progress"; readonly percent: number };

export interface JournalPorts {
  readonly record: StoredRecord<UpdateRecord>;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  onEvent?(event: FirmwareEvent): void;
}

/** The state of the update, in memory and on the disk, and who wants to hear of it. */
export class UpdateJournal {
  readonly #ports: JournalPorts;
  readonly #machine: StateMachine<UpdateState, UpdateInput>;
  readonly #listeners = new Set<() => void>();
  #record: UpdateRecord;
  #kept: Promise<boolean> = Promise.resolve(true);

  constructor(ports: JournalPorts, record: UpdateRecord) {
    this.#ports = ports;
    this.#record = record;
    this.#machine = new StateMachine(updateTransitions, record.state, () => {});
  }

  get record(): UpdateRecord {
    return this.#record;
  }

  get state(): UpdateState {
    return this.#machine.state;
  }

  /** Resolves when everything up to now is on the disk, with false when the last of it is not. Never rejects. */
  get kept(): Promise<boolean> {
    return this.#kept;
  }

  can(input: UpdateInput): boolean {
    return this.#machine.can(input);
  }

  /** Goes to the next state; `next` says the rest. Throws RangeError for a step that there is not. */
  step(input: UpdateInput, next: UpdateRecord, reason: string): void {
    this.#machine.step(input, reason);
    const changedAt = Math.max(0, Math.floor(this.#ports.wallClock.now() / 1000));
    this.set({ ...next, state: this.#machine.state, changedAt });
    this.#tell(reason);
  }

  /** A result without a change of state. */
  conclude(result: UpdateResult, next: UpdateRecord, reason: string): void {
    this.set({ ...next, result });
    this.#tell(reason);
  }

  /** All but state and result may differ. */
  set(next: UpdateRecord): void {
    this.#record = next;
    this.#kept = this.#kept.then(() => this.#save(next));
    for (const listener of [...this.#listeners]) listener();
  }

  tellProgress(percent: number): void {
    this.#ports.onEvent?.({ type: "firmware-progress", percent });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(reason: string): void {
    const { state, result } = this.#record;
    this.#ports.logger.info("firmware update", { state, result, reason });
    this.#ports.onEvent?.({ type: "firmware", state, result, reason });
  }

  async #save(record: UpdateRecord): Promise<boolean> {
    try {
      await this.#ports.record.save(record);
      return true;
    } catch (error) {
      this.#ports.logger.error("the state of the firmware update cannot be kept", { reason: describeError(error) });
      return false;
    }
  }
}
