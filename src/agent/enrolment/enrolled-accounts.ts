import { enrolledCredential } from "../../credentials/adapters/enrolled-credential.ts";
import type { Credential } from "../../credentials/ports/credential.ts";
import type { KeySlots } from "../../credentials/ports/key-slots.ts";
import { sha256 } from "../../crypto/hash.ts";
import { sortCaCertificates } from "../../est/enrolment/ca-certificates.ts";
import { isInUse } from "../../est/enrolment/certificate-life.ts";
import type { Enrolment } from "../../est/enrolment/enrolment.ts";
import { activeCertificate } from "../../est/enrolment/enrolment-record.ts";
import { isIdentityRefused } from "../../est/enrolment/identity-refused.ts";
import { equalBytes } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { WallClock } from "../../util/time.ts";

export interface EnrolledAccountsPorts {
  readonly enrolment: Enrolment;
  readonly slots: KeySlots;
  readonly clock: WallClock;
  /** The key in the slot in use is not the one of the certificate. */
  onKeyLost(): void;
}

/** What became of a registration that failed. */
export type AfterRefusal = "fell-back" | "enrol-anew" | "not-ours";

/** The certificate in use at the servers: shown to them, confirmed by the first that registers it, or taken back. */
export class EnrolledAccounts {
  readonly #ports: EnrolledAccountsPorts;
  /** Public key hash of the credential that was shown last. */
  #shown: Uint8Array | undefined;

  constructor(ports: EnrolledAccountsPorts) {
    this.#ports = ports;
  }

  /** Rejects with CodedError "NOT_ENROLLED" while there is no certificate, and as the key slots do. */
  async credential(signal: AbortSignal): Promise<Credential> {
    const { enrolment, slots } = this.#ports;
    const { activeSlot } = enrolment.record;
    const held = activeCertificate(enrolment.record);
    if (!held || activeSlot === undefined)
      throw new CodedError("NOT_ENROLLED", "the certificate for this account has not been issued yet");
    const credential = await enrolledCredential(slots, activeSlot, held.chain, signal);
    if (credential.kind === "certificate" && !equalBytes(sha256(credential.signer.publicKey), held.spkiHash)) {
      this.#ports.onKeyLost();
      throw new CodedError("KEY_CHANGED", `the key in slot ${activeSlot} is not the one of the certificate`);
    }
    this.#shown = held.spkiHash;
    return credential;
  }

  /** Undefined when there is none that has not expired: whoever asks has another credential. */
  async credentialInUse(signal: AbortSignal): Promise<Credential | undefined> {
    const { enrolment, clock } = this.#ports;
    return isInUse(enrolment.record, clock) ? this.credential(signal) : undefined;
  }

  /** What servers are judged by: the self-signed ones of what the EST server gave; none before that. */
  get anchors(): readonly Uint8Array[] {
    return sortCaCertificates(this.#ports.enrolment.record.caCertificates ?? []).anchors;
  }

  /** A server has registered the device: if it was with the certificate in use, that one has proven its worth. */
  async registered(): Promise<void> {
    if (this.#isShown()) await this.#ports.enrolment.confirm();
  }

  /** `final`: the server will not have us; with a certificate that it has not seen before that may well be why. */
  async refused(error: Error, final: boolean): Promise<AfterRefusal> {
    const { enrolment } = this.#ports;
    const isRefused = isIdentityRefused(error);
    if (!this.#isShown() || !(isRefused || final)) return "not-ours";
    const before = enrolment.record.activeSlot;
    await enrolment.fallBack();
    if (enrolment.record.activeSlot !== before) return "fell-back";
    return isRefused ? "enrol-anew" : "not-ours";
  }

  #isShown(): boolean {
    const held = activeCertificate(this.#ports.enrolment.record);
    return held !== undefined && this.#shown !== undefined && equalBytes(held.spkiHash, this.#shown);
  }
}
