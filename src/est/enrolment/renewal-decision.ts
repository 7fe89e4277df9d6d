import { parseCertificate } from "../../pki/certificate.ts";
import type { WallClock } from "../../util/time.ts";
import type { FailurePolicy } from "./enrolment-failure.ts";
import { type AttemptMode, activeCertificate, type EnrolmentRecord } from "./enrolment-record.ts";
import { type RenewalPolicy, renewalTime } from "./renewal-policy.ts";

/** What is due, and when. Times are milliseconds since 1970. */
export type RenewalDecision =
  /** An attempt is under way and may be gone on with from `at` on. */
  | { readonly kind: "continue"; readonly at: number }
  /** There is no certificate, or it has ended. */
  | { readonly kind: "enrol"; readonly at: number; readonly mode: AttemptMode }
  | { readonly kind: "renew"; readonly at: number; readonly mode: AttemptMode }
  /** Nothing is due ever, or nothing can be said: `reason` tells people why. */
  | { readonly kind: "none"; readonly reason: "no-end" | "clock-not-set" };

export interface DecisionPolicy extends RenewalPolicy, Pick<FailurePolicy, "firstRetryMs" | "maxRetryMs"> {
  /** Renews with the key that is there even where there is a slot for a new one. */
  readonly keepKey?: boolean;
}

/** A function of the record and of the time: to be asked again after every change of either. */
export function decideRenewal(record: EnrolmentRecord, clock: WallClock, policy: DecisionPolicy): RenewalDecision {
  const now = clock.now();
  if (record.attempt) return { kind: "continue", at: record.attempt.retryAt ?? now };
  const held = activeCertificate(record);
  const earliest = afterFailures(record, policy);
  if (!held) return { kind: "enrol", at: Math.max(now, earliest), mode: "new-key" };
  if (!clock.trusted) return { kind: "none", reason: "clock-not-set" };
  const due = renewalTime(held, policy);
  if (due === undefined) return { kind: "none", reason: "no-end" };
  const isUnconfirmed = record.slots.some((each, i) => each !== undefined && i !== record.activeSlot);
  // The former credential is the way back until the new one has registered: its key is not overwritten before.
  const mode = policy.keepKey || isUnconfirmed || record.slots.length < 2 ? "same-key" : "new-key";
  const at = Math.max(due, earliest, floorAfter(held.since, now, policy));
  return now > endOf(held.chain[0])
    ? { kind: "enrol", at: Math.max(now, earliest), mode }
    : { kind: "renew", at, mode };
}

/** Attempts that failed for good come at growing distances, yet often enough to have several before the end. */
function afterFailures(record: EnrolmentRecord, { firstRetryMs, maxRetryMs, floorMs }: DecisionPolicy): number {
  const { lastFailure } = record;
  if (!lastFailure) return 0;
  const nominal = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(lastFailure.count - 1, 30));
  const end = endOf(activeCertificate(record)?.chain[0]);
  const share = end > lastFailure.at ? (end - lastFailure.at) / 10 : nominal;
  return lastFailure.at + Math.max(floorMs, Math.min(nominal, share));
}

/** A certificate proven under a clock that was ahead holds nobody up. */
function floorAfter(since: number, now: number, { floorMs }: DecisionPolicy): number {
  return since <= now ? since + floorMs : 0;
}

function endOf(leaf: Uint8Array | undefined): number {
  return leaf ? parseCertificate(leaf).notAfter : 0;
}
