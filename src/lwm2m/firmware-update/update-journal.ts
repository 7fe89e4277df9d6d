import type { Logger } from "../../util/log.ts";
import type { StoredRecord } from "../../util/stored-record.ts";
import type { WallClock } from "../../util/time.ts";
import { StateJournal } from "../package-delivery/state-journal.ts";
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

/** The state of the firmware update; each step is timed, logged and told. */
export class UpdateJournal extends StateJournal<UpdateState, UpdateInput, UpdateRecord> {
  readonly #ports: JournalPorts;

  constructor(ports: JournalPorts, record: UpdateRecord) {
    super(ports.record, ports.logger, updateTransitions, record);
    this.#ports = ports;
  }

  override step(input: UpdateInput, next: UpdateRecord, reason: string): void {
    const changedAt = Math.max(0, Math.floor(this.#ports.wallClock.now() / 1000));
    super.step(input, { ...next, changedAt }, reason);
    this.#tell(reason);
  }

  /** A result without a change of state. */
  conclude(result: UpdateResult, next: UpdateRecord, reason: string): void {
    this.set({ ...next, result });
    this.#tell(reason);
  }

  tellProgress(percent: number): void {
    this.#ports.onEvent?.({ type: "firmware-progress", percent });
  }

  #tell(reason: string): void {
    const { state, result } = this.record;
    this.#ports.logger.info("firmware update", { state, result, reason });
    this.#ports.onEvent?.({ type: "firmware", state, result, reason });
  }
}
