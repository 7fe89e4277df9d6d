import { CodedError, describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import type { RecordStore } from "../util/record-store.ts";
import type { DurableFolder } from "./durable-folder.ts";
import { openRecord, sealRecord } from "./record-envelope.ts";

/**
 * Records as files of a folder: KEY.record, the generation before it in KEY.record.previous, and what was found broken in
 * KEY.record.corrupt. At every moment of a write one of the first two is whole.
 */
export class FolderRecords implements RecordStore {
  readonly #folder: DurableFolder;
  readonly #logger: Logger;
  readonly #work = new Map<string, Promise<unknown>>();
  /** Files that are broken and could not be set aside. */
  readonly #unusable = new Set<string>();

  constructor(folder: DurableFolder, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.#do("STATE_UNREADABLE", key, (names) => this.#read(names));
  }

  write(key: string, content: Uint8Array): Promise<void> {
    return this.#do("STATE_UNWRITABLE", key, async (names) => {
      const { current, previous, fresh } = names;
      await this.#folder.create(fresh, sealRecord(content));
      // A broken one must not push out the good one before it.
      if (await this.#open(names, current)) await this.#folder.rename(current, previous);
      await this.#folder.rename(fresh, current);
      this.#unusable.delete(current);
      await this.#folder.flush();
    });
  }

  /** The older one goes first: it must not come back when the power goes between the two. */
  remove(key: string): Promise<void> {
    return this.#do("STATE_UNWRITABLE", key, async ({ current, previous }) => {
      await this.#folder.remove(previous);
      await this.#folder.flush();
      await this.#folder.remove(current);
      await this.#folder.flush();
    });
  }

  setAside(key: string, reason: string): Promise<void> {
    return this.#do("STATE_UNWRITABLE", key, async (names) => {
      const name = (await this.#bytes(names.current)) ? names.current : names.previous;
      await this.#setAside(names, name, reason);
    });
  }

  async #read(names: FileNames): Promise<Uint8Array | undefined> {
    return (await this.#open(names, names.current)) ?? this.#open(names, names.previous);
  }

  /** Undefined when it is not there, or was broken and is not there any more. */
  async #open(names: FileNames, name: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#bytes(name);
    if (!bytes) return undefined;
    try {
      return openRecord(bytes);
    } catch (error) {
      await this.#setAside(names, name, describeError(error));
      return undefined;
    }
  }

  async #bytes(name: string): Promise<Uint8Array | undefined> {
    return this.#unusable.has(name) ? undefined : this.#folder.read(name);
  }

  /** Where the folder cannot be written the state before must be found all the same. */
  async #setAside({ corrupt }: FileNames, name: string, reason: string): Promise<void> {
    const { path } = this.#folder;
    try {
      await this.#folder.rename(name, corrupt);
      await this.#folder.flush();
      const file = `${path}/${corrupt}`;
      this.#logger.error("saved state is broken and set aside; the state before it is used", { file, reason });
    } catch (error) {
      this.#unusable.add(name);
      const fields = { file: `${path}/${name}`, reason, error: describeError(error) };
      this.#logger.error("saved state is broken and cannot be set aside; the state before it is used", fields);
    }
  }

  /** One thing at a time for each key. */
  #do<T>(code: string, key: string, action: (names: FileNames) => Promise<T>): Promise<T> {
    const done = (this.#work.get(key) ?? Promise.resolve()).then(() => action(fileNames(key)));
    const settled = done.catch(() => undefined);
    this.#work.set(key, settled);
    return done.catch((cause: unknown) => {
      const verb = code === "STATE_UNREADABLE" ? "read" : "write";
      throw new CodedError(code, `cannot ${verb} ${key} in the state folder ${this.#folder.path}`, { cause });
    });
  }
}

interface FileNames {
  readonly current: string;
  readonly previous: string;
  readonly fresh: string;
  readonly corrupt: string;
}

function fileNames(key: string): FileNames {
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(key)) throw new RangeError(`"${key}" is no key of a record`);
  const current = `${key}.record`;
  return { current, previous: `${current}.previous`, fresh: `${current}.new`, corrupt: `${current}.corrupt` };
}
