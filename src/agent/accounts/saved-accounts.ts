import type { ConfigurableObjects } from "../../lwm2m/bootstrap/configurable-object.ts";
import type { Configuration } from "../../lwm2m/bootstrap/configuration.ts";
import type { BootstrapStore, SavedBootstrap } from "../../lwm2m/bootstrap/saved-bootstrap.ts";
import { equalBytes } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { RecordStore } from "../../util/record-store.ts";
import { StoredRecord } from "../../util/stored-record.ts";
import { type AccountsRecord, accountsRecordCodec, factoryDigest } from "./accounts-record.ts";

/** The accounts of earlier runs. They hold as long as the accounts of the configuration, from which they began, do. */
export class SavedAccounts implements BootstrapStore {
  readonly #record: StoredRecord<AccountsRecord>;
  readonly #factory: Uint8Array;
  readonly #logger: Logger;

  constructor(store: RecordStore, objects: ConfigurableObjects, factory: Configuration | undefined, logger: Logger) {
    this.#record = new StoredRecord(store, "accounts", accountsRecordCodec(objects));
    this.#factory = factoryDigest(factory);
    this.#logger = logger;
  }

  /** Undefined when nothing is saved that still holds. Never rejects: without it the device begins from its factory state. */
  async load(): Promise<SavedBootstrap | undefined> {
    try {
      const saved = await this.#record.load();
      if (!saved || equalBytes(saved.factory, this.#factory)) return saved;
      this.#logger.warn(
        "the accounts of the configuration are others now: what was saved from the old ones is dropped",
      );
      await this.#record.remove();
    } catch (error) {
      this.#logger.error("the saved accounts cannot be read", { reason: describeError(error) });
    }
    return undefined;
  }

  save(state: SavedBootstrap): Promise<void> {
    return this.#record.save({ ...state, factory: this.#factory });
  }
}
