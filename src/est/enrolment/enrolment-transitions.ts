import { sha256 } from "../../crypto/hash.ts";
import { equalBytes } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import {
  type Attempt,
  type AttemptMode,
  activeCertificate,
  type EnrolmentRecord,
  type IdentityKind,
  without,
} from "./enrolment-record.ts";

/** How a record changes. Every function gives a whole new one, to be written before anything that follows from it. */

export interface BeginOptions {
  readonly mode: AttemptMode;
  readonly identity: IdentityKind;
  /** Lets a new key replace the only one, which ends the certificate in use. */
  readonly abandonActive?: boolean;
}

/** Throws CodedError "ENROLMENT_BUSY" or "NO_IDLE_SLOT". An attempt under way is not begun again. */
export function begin(record: EnrolmentRecord, { mode, identity, abandonActive }: BeginOptions): EnrolmentRecord {
  if (record.attempt) throw new CodedError("ENROLMENT_BUSY", "an enrolment is under way already");
  const held = activeCertificate(record);
  if (mode === "same-key" && held && record.activeSlot !== undefined) {
    const { spkiHash } = held;
    return {
      ...record,
      attempt: { slot: record.activeSlot, mode, identity, failures: 0, stage: "generated", spkiHash },
    };
  }
  const slot = record.slots.findIndex((each, i) => each === undefined && i !== record.activeSlot);
  if (slot >= 0) return { ...record, attempt: { slot, mode: "new-key", identity, failures: 0, stage: "begun" } };
  if (!abandonActive || record.slots.length > 1)
    throw new CodedError("NO_IDLE_SLOT", "every key slot holds a certificate in use; a renewal may keep the key");
  // The key is lost as soon as the card makes another one: from here on nothing may count on it.
  const cleared: EnrolmentRecord = { ...without(record, "activeSlot"), slots: [undefined] };
  return { ...cleared, attempt: { slot: 0, mode: "new-key", identity, failures: 0, stage: "begun" } };
}

/** The slot has a key of which this is the SubjectPublicKeyInfo. */
export function generated(record: EnrolmentRecord, publicKey: Uint8Array): EnrolmentRecord {
  return advance(record, (attempt) => ({ ...baseOf(attempt), stage: "generated", spkiHash: sha256(publicKey) }));
}

/** Failures go on being counted: a CSR alone brings nobody nearer to a certificate. */
export function requested(record: EnrolmentRecord, csr: Uint8Array, bound: boolean): EnrolmentRecord {
  return advance(record, (attempt) => {
    const { failures } = attempt;
    return { ...withKey(attempt), failures, stage: "requested", csr, bound };
  });
}

export function issued(record: EnrolmentRecord, chain: readonly Uint8Array[]): EnrolmentRecord {
  return advance(record, (attempt) => ({ ...withKey(attempt), stage: "issued", chain }));
}

/** A real handshake went well: the slot is in use from here on. The former one stays until `confirmed`. */
export function proven(record: EnrolmentRecord, now: number): EnrolmentRecord {
  const { attempt } = record;
  if (attempt?.stage !== "issued") return record;
  const { slot, spkiHash, chain } = attempt;
  const slots = record.slots.map((held, i) => (i === slot ? { spkiHash, chain, since: now } : held));
  return { ...without(without(record, "attempt"), "lastFailure"), activeSlot: slot, slots };
}

/** The first good registration with the credential in use: the other slots are free. */
export function confirmed(record: EnrolmentRecord): EnrolmentRecord {
  const { activeSlot } = record;
  if (!record.slots.some((held, i) => held && i !== activeSlot)) return record;
  return { ...record, slots: record.slots.map((held, i) => (i === activeSlot ? held : undefined)) };
}

/**
 * The credential in use does not work although its proof did: back to the former one, where there is one. It counts as a
 * failure, so that the next attempt is not at once.
 */
export function fellBack(record: EnrolmentRecord, at: number): EnrolmentRecord {
  const former = record.slots.findIndex((held, i) => held !== undefined && i !== record.activeSlot);
  if (former < 0) return record;
  const count = (record.lastFailure?.count ?? 0) + 1;
  const slots = record.slots.map((held, i) => (i === former ? held : undefined));
  return { ...record, activeSlot: former, slots, lastFailure: { at, count, code: "REGISTRATION_REFUSED" } };
}

/** To be gone on with later, from the same stage. */
export function postponed(record: EnrolmentRecord, retryAt: number, failures: number): EnrolmentRecord {
  return record.attempt ? { ...record, attempt: { ...record.attempt, retryAt, failures } } : record;
}

/** The server does not take this identity: the same attempt with another one. */
export function reidentified(record: EnrolmentRecord, identity: IdentityKind): EnrolmentRecord {
  if (!record.attempt) return record;
  const { retryAt: _, ...attempt } = record.attempt;
  return { ...record, attempt: { ...attempt, identity } };
}

/** The attempt is over; what is in use stays in use. */
export function abandoned(record: EnrolmentRecord, at: number, code: string): EnrolmentRecord {
  const count = (record.lastFailure?.count ?? 0) + 1;
  return { ...without(record, "attempt"), lastFailure: { at, count, code } };
}

/**
 * The record as the keys that are really there allow it. `publicKeys`: SubjectPublicKeyInfo of each slot, undefined where
 * there is none. A slot whose key is another one (a swapped SIM, a key made by somebody else) holds nothing.
 */
export function reconciled(record: EnrolmentRecord, publicKeys: readonly (Uint8Array | undefined)[]): EnrolmentRecord {
  const hashes = publicKeys.map((key) => key && sha256(key));
  const fits = (slot: number, hash: Uint8Array): boolean => equalBytes(hashes[slot] ?? new Uint8Array(0), hash);
  const slots = hashes.map((_, i) => {
    const held = record.slots[i];
    return held && fits(i, held.spkiHash) ? held : undefined;
  });
  const { attempt, activeSlot = -1 } = record;
  const usable = slots[activeSlot] ? activeSlot : slots.findIndex((held) => held !== undefined);
  const attemptFits =
    attempt && attempt.slot < slots.length && (attempt.stage === "begun" || fits(attempt.slot, attempt.spkiHash));
  const rest = without(without(record, "attempt"), "activeSlot");
  return { ...rest, slots, ...(usable >= 0 && { activeSlot: usable }), ...(attemptFits && { attempt }) };
}

function advance(record: EnrolmentRecord, next: (attempt: Attempt) => Attempt): EnrolmentRecord {
  return record.attempt ? { ...record, attempt: next(record.attempt) } : record;
}

/** A step that went well ends the count of failures. */
function baseOf({ slot, mode, identity }: Attempt) {
  return { slot, mode, identity, failures: 0 };
}

function withKey(attempt: Attempt) {
  if (attempt.stage === "begun") throw new RangeError("a key must be generated first");
  return { ...baseOf(attempt), spkiHash: attempt.spkiHash };
}
