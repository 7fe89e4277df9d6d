import type { DataRecord } from "../../formats/data-record.ts";

interface Moment {
  /** MonotonicClock milliseconds. */
  readonly at: number;
  readonly records: readonly DataRecord[];
}

/** However few moments they are of, no more values than this are kept. */
const MAX_RECORDS = 2000;

/** What a server could not be told when it happened, oldest first; the oldest goes when there is no more room. */
export class History {
  #moments: readonly Moment[] = [];

  get size(): number {
    return this.#moments.length;
  }

  /** `capacity` counts moments. */
  add(at: number, records: readonly DataRecord[], capacity: number): void {
    this.#moments = bounded([...this.#moments, { at, records }], capacity);
  }

  /** Takes over what another one kept. */
  inherit(older: History): void {
    this.#moments = [...older.#moments, ...this.#moments];
  }

  /** Empties it. `secondsOf` gives the time that a record is to carry. */
  take(secondsOf: (at: number) => number): DataRecord[] {
    const moments = this.#moments;
    this.#moments = [];
    return moments.flatMap(({ at, records }) => records.map((record) => ({ ...record, time: secondsOf(at) })));
  }
}

function bounded(moments: readonly Moment[], capacity: number): readonly Moment[] {
  let kept = capacity > 0 ? moments.slice(-capacity) : [];
  let records = kept.reduce((sum, moment) => sum + moment.records.length, 0);
  while (records > MAX_RECORDS && kept.length > 1) {
    records -= kept[0]?.records.length ?? 0;
    kept = kept.slice(1);
  }
  return kept;
}
