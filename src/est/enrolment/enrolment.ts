import { equalBytes } from "../../util/bytes.ts";
import { CodedError, DecodeError, describeError } from "../../util/coded-error.ts";
import { isInUse } from "./certificate-life.ts";
import type { EnrolmentEvent } from "./enrolment-event.ts";
import { afterFailure, defaultFailurePolicy, type FailurePolicy } from "./enrolment-failure.ts";
import type { EnrolmentOptions, EnrolmentPorts } from "./enrolment-options.ts";
import { type AttemptMode, type EnrolmentRecord, emptyRecord, type IdentityKind } from "./enrolment-record.ts";
import { type EnrolmentStep, nextStep } from "./enrolment-step.ts";
import * as transition from "./enrolment-transitions.ts";
import { decodeRecord, encodeRecord } from "./record-codec.ts";
import { StepPerformer } from "./step-performer.ts";

export type EnrolmentResult =
  | { readonly kind: "done" }
  | { readonly kind: "waiting"; readonly until: number }
  /** The attempt is over. What was in use still is. */
  | { readonly kind: "failed"; readonly error: Error };

export interface EnrolmentPlan {
  readonly slot: number;
  readonly mode: AttemptMode;
  /** Who we are to the EST server. */
  readonly identity: IdentityKind;
  readonly operation: "enrol" | "reenrol";
}

/**
 * Enrols, renews and changes keys: carries out the steps that the record asks for, and writes the record before anything
 * that follows from it. A process killed at any point goes on from the record; a credential in use is never touched before
 * its successor has proven itself in a handshake.
 */
export class Enrolment {
  readonly #ports: EnrolmentPorts;
  readonly #policy: FailurePolicy;
  readonly #performer: StepPerformer;
  #record: EnrolmentRecord;

  /** Rejects with the store's or the card's error. An unreadable record is an event and an empty one. */
  static async open(options: EnrolmentOptions, ports: EnrolmentPorts, signal: AbortSignal): Promise<Enrolment> {
    const enrolment = new Enrolment(options, ports, await loadRecord(ports));
    await enrolment.reconcile(signal);
    return enrolment;
  }

  private constructor(options: EnrolmentOptions, ports: EnrolmentPorts, record: EnrolmentRecord) {
    this.#ports = ports;
    this.#policy = { ...defaultFailurePolicy, ...options.failures };
    this.#performer = new StepPerformer(options, ports);
    this.#record = record;
  }

  get record(): EnrolmentRecord {
    return this.#record;
  }

  /** Compares the record with the keys that are really there: at the start, and when a card was inserted. */
  async reconcile(signal: AbortSignal): Promise<void> {
    const { slots } = this.#ports;
    const keys: (Uint8Array | undefined)[] = [];
    for (let slot = 0; slot < slots.count; slot++) keys.push(await slots.publicKey(slot, signal));
    const before = this.#record;
    const after = transition.reconciled(before, keys);
    for (const [slot, held] of before.slots.entries())
      if (held && !after.slots[slot]) this.#tell({ type: "slot-lost", slot });
    if (!equalBytes(encodeRecord(before), encodeRecord(after))) await this.#save(after);
  }

  /**
   * Throws as `transition.begin` does. Carried out by `run`. `identity`: to the EST server; the certificate in use where
   * there is one, when absent.
   */
  async begin(mode: AttemptMode, abandonActive = false, identity = this.#bestIdentity): Promise<void> {
    const record = transition.begin(this.#record, { mode, identity, abandonActive });
    await this.#save(record);
    const { attempt } = record;
    if (attempt) this.#tell({ type: "begun", mode: attempt.mode, slot: attempt.slot });
  }

  /** What `begin` would set out to do. Throws as it does; nothing is changed. */
  preview(mode: AttemptMode, abandonActive = false): EnrolmentPlan {
    const identity = this.#bestIdentity;
    const { attempt } = transition.begin(this.#record, { mode, identity, abandonActive });
    const operation = identity === "operational" ? "reenrol" : "enrol";
    return { slot: attempt?.slot ?? 0, mode: attempt?.mode ?? mode, identity, operation };
  }

  /** Goes as far as it can now. Rejects when the record cannot be written, or when the caller gives up. */
  async run(signal: AbortSignal): Promise<EnrolmentResult> {
    try {
      for (;;) {
        const step = this.#nextStep();
        if (step.do === "rest") return { kind: "done" };
        if (step.do === "wait") return { kind: "waiting", until: step.until };
        const error = await this.#carryOut(step, signal);
        if (error && !this.#record.attempt) return { kind: "failed", error };
      }
    } finally {
      await this.#performer.closeSession();
    }
  }

  /** The first good registration with the credential in use. */
  confirm(): Promise<void> {
    return this.#save(transition.confirmed(this.#record));
  }

  /** The credential in use was refused where it is used: back to the former one, if there is one. */
  fallBack(): Promise<void> {
    return this.#save(transition.fellBack(this.#record, this.#ports.clock.now()));
  }

  /** Somebody else gave the device a credential, or took its account: nothing under way is of use any more. */
  cancel(): Promise<void> {
    const { attempt: _, ...record } = this.#record;
    return this.#save(record);
  }

  /** There is no account any more that any of it is for. The CA certificates stay: they say whom to believe. */
  retire(): Promise<void> {
    const { caCertificates, estRoot } = this.#record;
    const empty = emptyRecord(this.#ports.slots.count);
    return this.#save({ ...empty, ...(caCertificates && { caCertificates }), ...(estRoot && { estRoot }) });
  }

  get #bestIdentity(): IdentityKind {
    return isInUse(this.#record, this.#ports.clock) ? "operational" : "bootstrap";
  }

  #nextStep(): EnrolmentStep {
    const { maxPendingMs, maxRetryMs } = this.#policy;
    const longestWaitMs = Math.max(maxPendingMs, maxRetryMs);
    const context = { now: this.#ports.clock.now(), longestWaitMs };
    const { session } = this.#performer;
    return nextStep(this.#record, session ? { ...context, session } : context);
  }

  /** Gives the error of a step that failed; the record then says how to go on. */
  async #carryOut(step: EnrolmentStep, signal: AbortSignal): Promise<Error | undefined> {
    let next: EnrolmentRecord;
    let failure: Error | undefined;
    try {
      next = await this.#performer.perform(this.#record, step, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error instanceof Error ? error : new Error(String(error));
      next = this.#afterFailure(step, failure);
      await this.#performer.closeSession();
    }
    await this.#save(next);
    return failure;
  }

  #afterFailure(step: EnrolmentStep, error: Error): EnrolmentRecord {
    const { clock, entropy } = this.#ports;
    const [byte = 0] = entropy.randomBytes(1);
    const next = afterFailure(this.#record, step, error, this.#policy, { now: clock.now(), uniform: byte / 0x100 });
    if (next.attempt && next.attempt.identity !== this.#record.attempt?.identity) {
      this.#tell({ type: "identity-refused", reason: describeError(error) });
      return next;
    }
    const code = error instanceof CodedError ? error.code : "UNEXPECTED";
    const retryAt = next.attempt?.retryAt;
    const failed = { type: "failed", step: step.do, code, reason: describeError(error) } as const;
    this.#tell(retryAt === undefined ? failed : { ...failed, retryAt });
    return next;
  }

  async #save(record: EnrolmentRecord): Promise<void> {
    if (record === this.#record) return;
    await this.#ports.store.save(encodeRecord(record));
    this.#record = record;
  }

  #tell(event: EnrolmentEvent): void {
    this.#ports.onEvent?.(event);
  }
}

/** An older record knows less than it could, and nothing that is wrong: the keys in the slots decide what of it counts. */
async function loadRecord({ store, slots, onEvent }: EnrolmentPorts): Promise<EnrolmentRecord> {
  for (;;) {
    const bytes = await store.load();
    if (!bytes) return emptyRecord(slots.count);
    try {
      return decodeRecord(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      onEvent?.({ type: "record-unreadable", reason: error.message });
      if (!store.setAside) return emptyRecord(slots.count);
      await store.setAside(error.message);
    }
  }
}
