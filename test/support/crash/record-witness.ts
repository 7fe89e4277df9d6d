import assert from "node:assert/strict";
import { toHex } from "../../../src/util/bytes.ts";
import type { RecordStore } from "../../../src/util/record-store.ts";

/** A content that a record may have; in hexadecimal, undefined for no record. */
interface Generation {
  readonly content: string | undefined;
}

/**
 * Remembers over the lives of a device what each record may be found to be: what was said to be saved last, or something
 * that was on its way then.
 */
export class RecordWitness {
  readonly #generations = new Map<string, Generation[]>();
  /** What a life must not do. */
  readonly #offences: string[] = [];

  get keys(): readonly string[] {
    return [...this.#generations.keys()].sort();
  }

  /** The store that a life uses; what it says is noted on the way. */
  watch(records: RecordStore): RecordStore {
    return {
      read: (key) => records.read(key),
      write: (key, content) => this.#change(key, toHex(content), () => records.write(key, content)),
      remove: (key) => this.#change(key, undefined, () => records.remove(key)),
      setAside: (key, reason) => {
        this.#offences.push(`${key} cannot be decoded: ${reason}`);
        return records.setAside(key, reason);
      },
    };
  }

  /** Reads every record as a restart does; fails when one is neither old nor new. Returns how many it looked at. */
  async check(records: RecordStore, when: string): Promise<number> {
    assert.deepEqual(this.#offences, [], when);
    for (const [key, generations] of this.#generations) {
      const bytes = await records.read(key);
      const found = bytes && toHex(bytes);
      if (generations.some(({ content }) => content === found)) continue;
      const kind = found === undefined ? "gone" : `${found.length / 2} bytes of neither`;
      assert.fail(`${key} is neither old nor new but ${kind}: ${when}`);
    }
    return this.#generations.size;
  }

  /** What was found after a power cut is on the disk: there is no other generation any more. */
  async settle(records: RecordStore): Promise<void> {
    for (const key of this.#generations.keys()) {
      const bytes = await records.read(key);
      this.#generations.set(key, [{ content: bytes && toHex(bytes) }]);
    }
  }

  /** A copy that knows the same. */
  copy(): RecordWitness {
    const copy = new RecordWitness();
    for (const [key, generations] of this.#generations) copy.#generations.set(key, [...generations]);
    return copy;
  }

  async #change(key: string, content: string | undefined, make: () => Promise<void>): Promise<void> {
    const generations = this.#generations.get(key) ?? [{ content: undefined }];
    this.#generations.set(key, generations);
    const generation: Generation = { content };
    generations.push(generation);
    try {
      await make();
    } catch (error) {
      // The earlier record is there then.
      generations.splice(generations.indexOf(generation), 1);
      throw error;
    }
    // Changes of one record follow one another: what came before this one is past, what comes after it may be there.
    generations.splice(0, generations.indexOf(generation));
  }
}
