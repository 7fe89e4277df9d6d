import { CodedError } from "../../util/coded-error.ts";
import { EstError } from "../est-error.ts";
import type { Attempt, EnrolmentRecord } from "./enrolment-record.ts";
import type { EnrolmentStep } from "./enrolment-step.ts";
import { abandoned, postponed, reidentified } from "./enrolment-transitions.ts";
import { isIdentityRefused } from "./identity-refused.ts";

export interface FailurePolicy {
  /** Before the first retry; doubles with every failure. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** However late the server wants to be asked again, we ask after this. */
  readonly maxPendingMs: number;
  /** Failures of one attempt that end it. */
  readonly maxFailures: number;
}

export const defaultFailurePolicy: FailurePolicy = {
  firstRetryMs: 60_000,
  maxRetryMs: 24 * 3_600_000,
  maxPendingMs: 24 * 3_600_000,
  maxFailures: 20,
};

/** `uniform`: 0 to 1, drawn anew each time, so that a fleet does not come back at once. */
export interface FailureMoment {
  readonly now: number;
  readonly uniform: number;
}

/** How the record goes on after a step failed: the same again later, as somebody else, or not at all. */
export function afterFailure(
  record: EnrolmentRecord,
  step: EnrolmentStep,
  error: unknown,
  policy: FailurePolicy,
  moment: FailureMoment,
): EnrolmentRecord {
  const { attempt } = record;
  const code = error instanceof CodedError ? error.code : "UNEXPECTED";
  if (!attempt) return record;
  if (error instanceof EstError && error.code === "EST_PENDING" && !isBound(attempt)) {
    const waitMs = Math.min(policy.maxPendingMs, Math.max(shortestPendingMs, error.retryAfterMs ?? 0));
    // It is dealt with: what failed before is of no interest any more.
    return postponed(record, moment.now + waitMs, 0);
  }
  if (isIdentityRefused(error) && step.do === "connect" && attempt.identity === "operational")
    return reidentified(record, "bootstrap");
  const failures = attempt.failures + 1;
  if (isFinal(step, error) || failures >= policy.maxFailures) return abandoned(record, moment.now, code);
  return postponed(record, moment.now + retryDelayMs(failures, policy, moment.uniform), failures);
}

/** Whatever the server says: no busy loop. */
const shortestPendingMs = 1000;

/** It will be another request next time, in another session: to the server that is no waiting, so it counts as failure. */
function isBound(attempt: Attempt): boolean {
  return attempt.stage === "requested" && attempt.bound;
}

/** From half the nominal delay to all of it. */
export function retryDelayMs(failures: number, { firstRetryMs, maxRetryMs }: FailurePolicy, uniform: number): number {
  const nominal = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(nominal * (1 - uniform / 2));
}

/** Refusals of the request or of the new certificate; everything else (card, network, server trouble) may pass. */
function isFinal(step: EnrolmentStep, error: unknown): boolean {
  if (step.do === "prove") return isIdentityRefused(error);
  return error instanceof EstError && !error.retryable && step.do !== "connect";
}
