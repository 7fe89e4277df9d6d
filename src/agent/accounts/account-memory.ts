import { sha256 } from "../../crypto/hash.ts";
import type { AccountState } from "../../lwm2m/account-state.ts";
import { encodeUtf8, equalBytes } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { RecordStore } from "../../util/record-store.ts";
import { StoredRecord } from "../../util/stored-record.ts";
import { type AccountRecord, accountRecordCodec } from "./account-record.ts";

export interface AccountMemoryOptions {
  readonly store: RecordStore;
  readonly shortServerId: number;
  /** All that makes the account what it is: under another text nothing of what was saved holds. */
  readonly identity: string;
  readonly logger: Logger;
}

/** What a server account remembers of its earlier runs. A disk that fails costs the memory and nothing else. */
export class AccountMemory {
  readonly #options: AccountMemoryOptions;
  readonly #record: StoredRecord<AccountRecord>;
  readonly #account: Uint8Array;
  #written: Uint8Array | undefined;
  #failed = false;

  constructor(options: AccountMemoryOptions) {
    this.#options = options;
    this.#record = new StoredRecord(options.store, `account-${options.shortServerId}`, accountRecordCodec);
    this.#account = sha256(encodeUtf8(options.identity));
  }

  /** Undefined when there is nothing that still holds. */
  async load(): Promise<AccountState | undefined> {
    try {
      const saved = await this.#record.load();
      return saved && equalBytes(saved.account, this.#account) ? saved.state : undefined;
    } catch (error) {
      this.#complain("what was saved of an account cannot be read", error);
      return undefined;
    }
  }

  async save(state: AccountState): Promise<void> {
    const record = { account: this.#account, state: withNumbersAhead(state) };
    const bytes = accountRecordCodec.encode(record);
    if (this.#written && equalBytes(bytes, this.#written)) return;
    try {
      await this.#record.save(record);
      this.#written = bytes;
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#complain("what is known of an account cannot be saved", error);
      this.#failed = true;
    }
  }

  /** The account is gone. */
  async forget(): Promise<void> {
    try {
      await this.#record.remove();
    } catch (error) {
      this.#complain("what was saved of an account that is gone cannot be removed", error);
    }
  }

  #complain(what: string, error: unknown): void {
    const { logger, shortServerId: server } = this.#options;
    logger.warn(what, { server, reason: describeError(error) });
  }
}

/**
 * Not each notification is worth a write: Observe numbers are saved ahead of what was used, by 1,024 to 2,047. The peer
 * takes a number as later that is up to 2^23 ahead (RFC 7641 §3.4).
 */
const NUMBER_STEP = 1024;

function withNumbersAhead(state: AccountState): AccountState {
  const ahead = (number: number): number => ((Math.floor(number / NUMBER_STEP) + 2) * NUMBER_STEP) & 0xffffff;
  const observations = state.observations.map(({ request, origin }) => ({
    request,
    origin: { ...origin, sequence: ahead(origin.sequence) },
  }));
  return { ...state, observations };
}
