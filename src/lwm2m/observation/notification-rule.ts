import type { DataRecord } from "../../formats/data-record.ts";
import { comparePaths } from "../../formats/path.ts";
import { equalValues, numericValue, type Value } from "../../formats/values.ts";
import type { NotificationAttributes } from "../data-model/notification-attributes.ts";

/** The records of an observed path at one moment. */
export type Sample = readonly DataRecord[];

/** What the rule looks at: the sample before this one, the one that was notified last, and the one now. */
export interface Samples {
  readonly previous: Sample;
  readonly notified: Sample;
  readonly current: Sample;
}

/** Seconds between notifications, with what cannot be obeyed taken out. */
export interface Periods {
  readonly minimum: number;
  /** Absent: none. 0, or less than the minimum, is ineffective (OMA LwM2M Core 1.2 §5.1.2). */
  readonly maximum?: number;
}

export function effectivePeriods({ pmin = 0, pmax = 0 }: NotificationAttributes): Periods {
  return { minimum: pmin, ...(pmax > 0 && pmax >= pmin && { maximum: pmax }) };
}

/** True when a mere difference is not enough. */
export function hasLimit({ gt, lt, st, edge }: NotificationAttributes): boolean {
  return gt !== undefined || lt !== undefined || st !== undefined || edge !== undefined;
}

/**
 * True when the value asks for a notification, periods aside. Without gt, lt, st and edge any difference from what was
 * notified does. gt fires on the way up and lt on the way down, edge when a boolean becomes what it names, each judged
 * from sample to sample so that a second crossing fires again; st is a distance from what was notified (OMA LwM2M
 * Transport 1.2 §6.4.4).
 */
export function asksForNotification(attributes: NotificationAttributes, samples: Samples): boolean {
  if (!hasLimit(attributes)) return !sameSample(samples.notified, samples.current);
  return samples.current.some((record) => {
    const previous = valueAt(samples.previous, record);
    const notified = valueAt(samples.notified, record);
    if (record.value?.type === "boolean") return crossesEdge(attributes, previous, record.value.value);
    return firesForNumber(attributes, previous, notified, record.value);
  });
}

function firesForNumber(
  { gt, lt, st }: NotificationAttributes,
  before: Value | undefined,
  told: Value | undefined,
  now: Value | undefined,
): boolean {
  const [previous, notified, current] = [before, told, now].map((value) => value && numericValue(value));
  // Something that was not there before is reported: there is nothing to compare it with.
  if (current === undefined || previous === undefined || notified === undefined) return current !== undefined;
  if (gt !== undefined && previous <= gt && current > gt) return true;
  if (lt !== undefined && previous >= lt && current < lt) return true;
  return st !== undefined && Math.abs(current - notified) >= st;
}

function crossesEdge({ edge }: NotificationAttributes, previous: Value | undefined, current: boolean): boolean {
  return edge !== undefined && current === (edge === 1) && previous?.value !== current;
}

function sameSample(a: Sample, b: Sample): boolean {
  return a.length === b.length && a.every((record, i) => sameRecord(record, b[i]));
}

function sameRecord(a: DataRecord, b: DataRecord | undefined): boolean {
  if (!b || comparePaths(a.path, b.path) !== 0) return false;
  return a.value && b.value ? equalValues(a.value, b.value) : a.value === b.value;
}

function valueAt(sample: Sample, { path }: DataRecord): Value | undefined {
  return sample.find((other) => comparePaths(other.path, path) === 0)?.value;
}
