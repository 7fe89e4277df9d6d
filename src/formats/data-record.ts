import type { Path } from "./path.ts";
import type { Value, ValueType } from "./values.ts";

/**
 * One value and where it belongs. All structured formats read and write flat lists of these. Without a value it is a
 * name alone: a path in a composite request, a multiple resource without instances or an instance without resources.
 */
export interface DataRecord {
  readonly path: Path;
  readonly value?: Value;
  /** senml-etch alone: null stands where a value would, and what is at the path shall go (RFC 8790 §3.2). */
  readonly removed?: true;
  /** Seconds as the message has them (RFC 8428 §4.5.3): below 2^28 relative to now, else since 1970 UTC. */
  readonly time?: number;
}

/** The data type of a resource, by the path of the resource or of its instance; undefined when it is not known. */
export type TypeLookup = (path: Path) => ValueType | undefined;

/** More records than this in one message are refused, whatever their size. */
export const MAX_RECORDS = 4096;
