import { parseCertificate } from "../../pki/certificate.ts";
import { toHex } from "../../util/bytes.ts";
import {
  type AttemptMode,
  activeCertificate,
  type EnrolmentRecord,
  type IdentityKind,
  type LastFailure,
  type SlotState,
  slotState,
} from "./enrolment-record.ts";

/** Everything about a certificate's life that people and metrics may see. Times are milliseconds since 1970. */
export interface EnrolmentStatus {
  readonly slots: readonly SlotState[];
  readonly active?: ActiveCertificate;
  readonly attempt?: {
    readonly stage: string;
    readonly mode: AttemptMode;
    readonly identity: IdentityKind;
    readonly failures: number;
    readonly retryAt?: number;
  };
  readonly lastFailure?: LastFailure;
}

export interface ActiveCertificate {
  readonly slot: number;
  /** False until the first registration with it. */
  readonly confirmed: boolean;
  /** When it was proven. */
  readonly since: number;
  /** SHA-256 of the public key, hexadecimal. */
  readonly spkiHash: string;
  /** Leaf first. */
  readonly chain: readonly CertificateSummary[];
}

export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export function enrolmentStatus(record: EnrolmentRecord): EnrolmentStatus {
  const { attempt, lastFailure } = record;
  const active = activeStatus(record);
  return {
    slots: record.slots.map((_, slot) => slotState(record, slot)),
    ...(active && { active }),
    ...(attempt && { attempt: attemptStatus(attempt) }),
    ...(lastFailure && { lastFailure }),
  };
}

function activeStatus(record: EnrolmentRecord): ActiveCertificate | undefined {
  const held = activeCertificate(record);
  const { activeSlot: slot, slots } = record;
  if (!held || slot === undefined) return undefined;
  return {
    slot,
    confirmed: !slots.some((each, i) => each !== undefined && i !== slot),
    since: held.since,
    spkiHash: toHex(held.spkiHash),
    chain: held.chain.map(summary),
  };
}

function summary(der: Uint8Array): CertificateSummary {
  const { subject, issuer, serialNumber, notBefore, notAfter } = parseCertificate(der);
  return { subject: subject.text, issuer: issuer.text, serialNumber: toHex(serialNumber), notBefore, notAfter };
}

function attemptStatus({ stage, mode, identity, failures, retryAt }: NonNullable<EnrolmentRecord["attempt"]>) {
  return { stage, mode, identity, failures, ...(retryAt !== undefined && { retryAt }) };
}
