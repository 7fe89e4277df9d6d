import { sha256 } from "../../crypto/hash.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { equalBytes, toHex } from "../../util/bytes.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import { EstError } from "../est-error.ts";
import { acceptCaCertificates, type CaSetChecks } from "./ca-certificates.ts";
import { isInUse } from "./certificate-life.ts";
import type { EnrolmentEvent } from "./enrolment-event.ts";
import type { EnrolmentOptions, EnrolmentPorts } from "./enrolment-options.ts";
import type { EstIdentity } from "./enrolment-ports.ts";
import { activeCertificate, type EnrolmentRecord, type IdentityKind } from "./enrolment-record.ts";
import { EnrolmentSession } from "./enrolment-session.ts";
import type { EnrolmentStep } from "./enrolment-step.ts";
import * as transition from "./enrolment-transitions.ts";
import { checkIssued } from "./issued-certificate.ts";

/** Carries out single steps, with the session that they share. */
export class StepPerformer {
  readonly #options: EnrolmentOptions;
  readonly #ports: EnrolmentPorts;
  #session: EnrolmentSession | undefined;

  constructor(options: EnrolmentOptions, ports: EnrolmentPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  get session(): EnrolmentSession | undefined {
    return this.#session;
  }

  /** Gives the record as it is after the step, to be written; the same one where nothing of it changed. */
  async perform(record: EnrolmentRecord, step: EnrolmentStep, signal: AbortSignal): Promise<EnrolmentRecord> {
    switch (step.do) {
      case "generate":
        return this.#generate(record, step.slot, signal);
      case "connect":
        return this.#connect(record, step.identity, signal);
      case "fetch-ca":
        return this.#fetchCa(record, this.#openSession, signal);
      case "sign":
        return this.#sign(record, this.#openSession, step, signal);
      case "submit":
        return this.#submit(record, this.#openSession, step, signal);
      case "prove":
        return this.#prove(record, step, signal);
      default:
        return record;
    }
  }

  async closeSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #generate(record: EnrolmentRecord, slot: number, signal: AbortSignal): Promise<EnrolmentRecord> {
    const { slots } = this.#ports;
    const made = await slots.generate(slot, signal);
    const readBack = await slots.publicKey(slot, signal);
    if (!readBack || !equalBytes(made, readBack))
      throw new CodedError("KEY_NOT_KEPT", `slot ${slot} does not hold the key pair that was made in it`);
    this.#tell({ type: "key-generated", slot, spkiHash: sha256(made) });
    return transition.generated(record, made);
  }

  async #connect(record: EnrolmentRecord, kind: IdentityKind, signal: AbortSignal): Promise<EnrolmentRecord> {
    await this.closeSession();
    const session = await this.#ports.connector.open(this.#identity(record, kind), record.estRoot, signal);
    this.#session = new EnrolmentSession(kind, session);
    this.#tell({ type: "connected", identity: kind });
    return record;
  }

  async #fetchCa(record: EnrolmentRecord, session: EnrolmentSession, signal: AbortSignal): Promise<EnrolmentRecord> {
    if (this.#options.caCertificates === "ignore") {
      session.leaveCaCertificates();
      return record;
    }
    try {
      const set = await session.fetchCaCertificates(signal);
      await acceptCaCertificates(set, this.#caSetChecks(record, session));
      this.#tell({ type: "ca-certificates-taken", count: set.length });
      return { ...record, caCertificates: set };
    } catch (error) {
      // A refused set does no harm while there is a former one.
      if (!(error instanceof EstError) || error.retryable || !record.caCertificates) throw error;
      session.leaveCaCertificates();
      this.#tell({ type: "ca-certificates-refused", reason: describeError(error) });
      return record;
    }
  }

  async #sign(
    record: EnrolmentRecord,
    session: EnrolmentSession,
    { slot, spkiHash }: Extract<EnrolmentStep, { do: "sign" }>,
    signal: AbortSignal,
  ): Promise<EnrolmentRecord> {
    const { profile, channelBinding = "when-asked" } = this.#options;
    const signer = await this.#ports.slots.signer(slot, signal);
    if (!equalBytes(sha256(signer.publicKey), spkiHash))
      throw new CodedError("KEY_CHANGED", `the key in slot ${slot} is not the one that was made for this certificate`);
    const present = session.identity === "operational" ? activeCertificate(record)?.chain[0] : undefined;
    const { csr, bound } = await session.sign(signer, profile, present, channelBinding, signal);
    return transition.requested(record, csr, bound);
  }

  async #submit(
    record: EnrolmentRecord,
    session: EnrolmentSession,
    { operation, csr }: Extract<EnrolmentStep, { do: "submit" }>,
    signal: AbortSignal,
  ): Promise<EnrolmentRecord> {
    const answer = await session.submit(operation, csr, signal);
    const { clock } = this.#ports;
    const { skewMs = 0, issued } = this.#options;
    const { caCertificates } = record;
    const checks = { ...issued, clock, skewMs, ...(caCertificates && { caCertificates }) };
    const { chain, differences } = checkIssued(answer, csr, checks);
    this.#tellIssued(chain, differences);
    const { root } = session;
    return { ...transition.issued(record, chain), ...(root && { estRoot: root }) };
  }

  async #prove(
    record: EnrolmentRecord,
    { slot, chain }: Extract<EnrolmentStep, { do: "prove" }>,
    signal: AbortSignal,
  ): Promise<EnrolmentRecord> {
    await this.closeSession();
    await this.#ports.prover.prove(slot, chain, signal);
    this.#tell({ type: "proven", slot });
    return transition.proven(record, this.#ports.clock.now());
  }

  #caSetChecks(record: EnrolmentRecord, { peerChain, serverName }: EnrolmentSession): CaSetChecks {
    const { skewMs = 0 } = this.#options;
    const own = isInUse(record, this.#ports.clock) ? activeCertificate(record)?.chain : undefined;
    const server =
      serverName !== undefined && peerChain.length > 0 ? { chain: peerChain, name: serverName } : undefined;
    return { clock: this.#ports.clock, skewMs, ...(server && { server }), ...(own && { own }) };
  }

  #identity(record: EnrolmentRecord, kind: IdentityKind): EstIdentity {
    const held = activeCertificate(record);
    const { activeSlot } = record;
    if (kind === "bootstrap" || !held || activeSlot === undefined) return { kind: "bootstrap" };
    return { kind, slot: activeSlot, chain: held.chain };
  }

  get #openSession(): EnrolmentSession {
    if (!this.#session) throw new CodedError("NO_EST_SESSION", "there is no session with the EST server");
    return this.#session;
  }

  #tellIssued([der = new Uint8Array(0)]: readonly Uint8Array[], differences: readonly string[]): void {
    const { subject, serialNumber, notAfter } = parseCertificate(der);
    this.#tell({ type: "issued", subject: subject.text, serialNumber: toHex(serialNumber), notAfter, differences });
  }

  #tell(event: EnrolmentEvent): void {
    this.#ports.onEvent?.(event);
  }
}
