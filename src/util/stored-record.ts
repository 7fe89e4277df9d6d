import { CodedError, describeError } from "./coded-error.ts";
import type { RecordStore } from "./record-store.ts";

/** How a value is written. The first byte of the encoding should be its version, as records outlive programs. */
export interface RecordCodec<T> {
  encode(value: T): Uint8Array;
  /** Throws CodedError for bytes that are no such value, or of a version that this program does not know. */
  decode(bytes: Uint8Array): T;
}

/** The last generation and the one before it: more there are not. */
const GENERATIONS = 2;

/** One typed record of a store. */
export class StoredRecord<T> {
  readonly #store: RecordStore;
  readonly #key: string;
  readonly #codec: RecordCodec<T>;

  constructor(store: RecordStore, key: string, codec: RecordCodec<T>) {
    this.#store = store;
    this.#key = key;
    this.#codec = codec;
  }

  /** The last state that can be read; undefined when there is none. Rejects as the store's `read` does. */
  async load(): Promise<T | undefined> {
    for (let generation = 0; generation < GENERATIONS; generation++) {
      const bytes = await this.#store.read(this.#key);
      if (!bytes) return undefined;
      try {
        return this.#codec.decode(bytes);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        await this.#store.setAside(this.#key, describeError(error));
      }
    }
    return undefined;
  }

  /** Durable when it resolves. */
  save(value: T): Promise<void> {
    return this.#store.write(this.#key, this.#codec.encode(value));
  }

  remove(): Promise<void> {
    return this.#store.remove(this.#key);
  }
}
