import type { Path } from "./path.ts";
import type { Value, ValueType } from "./values.ts";

/**
 * One value and where it belongs. All structured formats read and write flat lists of these. Without a value it is a
 * name alone: a path in a composite request, or a multiple resource that has no instances.
 */
export interface DataRecord {
  readonly path: Path;
  readonly value?: Value;
  /** Seconds as the message has them (RFC 8428 §4.5.3: below 2^28 they are relative to now). */
  readonly time?: number;
}

/** The data type of a resource, by the path of the resource or of its instance; undefined when it is not known. */
export type TypeLookup = (path: Path) => ValueType | undefined;

/** More records than this in one message are refused, whatever their size. */
export const MAX_RECORDS = 4096;
