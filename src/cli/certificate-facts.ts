import type { EnrolmentRecord } from "../est/enrolment/enrolment-record.ts";
import { type EnrolmentStatus, enrolmentStatus } from "../est/enrolment/enrolment-status.ts";
import { type DecisionPolicy, decideRenewal, type RenewalDecision } from "../est/enrolment/renewal-decision.ts";
import { formatUtc } from "../pki/calendar.ts";
import { table } from "../util/table.ts";
import type { WallClock } from "../util/time.ts";

export interface CertificateFacts extends EnrolmentStatus {
  /** Whole days until the certificate in use ends; negative after that. */
  readonly daysLeft?: number;
  readonly next: RenewalDecision;
}

const dayMs = 86_400_000;

export function certificateFacts(record: EnrolmentRecord, clock: WallClock, policy: DecisionPolicy): CertificateFacts {
  const status = enrolmentStatus(record);
  const end = status.active?.chain[0]?.notAfter;
  return {
    ...status,
    ...(end !== undefined && { daysLeft: Math.floor((end - clock.now()) / dayMs) }),
    next: decideRenewal(record, clock, policy),
  };
}

export function certificateText({ active, slots, attempt, lastFailure, next, daysLeft }: CertificateFacts): string {
  const chain = active?.chain.map(({ subject, issuer, serialNumber, notAfter }) => [
    subject,
    issuer,
    serialNumber,
    formatUtc(notAfter),
  ]);
  return [
    chain ? table([["subject", "issuer", "serial number", "valid until"], ...chain]) : "no certificate",
    "",
    ...(active
      ? [`in use        slot ${active.slot}${active.confirmed ? "" : ", not registered yet"}, ${daysLeft} days left`]
      : []),
    `slots         ${slots.map((state, slot) => `${slot} ${state}`).join(", ")}`,
    ...(attempt ? [`under way     ${attempt.mode} as ${attempt.identity}: ${attempt.stage}`] : []),
    ...(lastFailure
      ? [`last failure  ${lastFailure.code} on ${formatUtc(lastFailure.at)}, ${lastFailure.count} in a row`]
      : []),
    `next          ${nextText(next)}`,
  ].join("\n");
}

function nextText(next: RenewalDecision): string {
  if (next.kind === "none")
    return next.reason === "no-end" ? "nothing: it has no end" : "unknown: the clock is not set";
  return `${next.kind}${"mode" in next ? ` (${next.mode})` : ""} on ${formatUtc(next.at)}`;
}
