import type { Signer } from "../../credentials/ports/signer.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { createCertificateRequest } from "../../pki/certificate-request.ts";
import { contentFromCertificate, contentFromProfile, type RequestProfile } from "../../pki/requested-content.ts";
import { wantsChannelBinding } from "../csr-attributes.ts";
import type { EstSession } from "./enrolment-ports.ts";
import type { IdentityKind } from "./enrolment-record.ts";
import type { SessionState } from "./enrolment-step.ts";

/** Whether a CSR is linked to its session: where the server asks for it (att), always, or never. */
export type ChannelBinding = "when-asked" | "always" | "never";

export interface SignedRequest {
  readonly csr: Uint8Array;
  readonly bound: boolean;
}

/** One session with the EST server and how far we are in it. */
export class EnrolmentSession implements SessionState {
  readonly identity: IdentityKind;
  readonly #session: EstSession;
  #caFetched = false;
  #csrOfThisSession = false;

  constructor(identity: IdentityKind, session: EstSession) {
    this.identity = identity;
    this.#session = session;
  }

  get caFetched(): boolean {
    return this.#caFetched;
  }

  get csrOfThisSession(): boolean {
    return this.#csrOfThisSession;
  }

  get peerChain(): readonly Uint8Array[] {
    return this.#session.peerChain;
  }

  get serverName(): string | undefined {
    return this.#session.serverName;
  }

  get root(): readonly string[] | undefined {
    return this.#session.service.root;
  }

  async fetchCaCertificates(signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const certificates = await this.#session.service.caCertificates(signal);
    this.#caFetched = true;
    return certificates;
  }

  /** Goes on without them. */
  leaveCaCertificates(): void {
    this.#caFetched = true;
  }

  /** `present`: the leaf (DER) that a re-enrolment follows. */
  async sign(
    signer: Signer,
    profile: RequestProfile,
    present: Uint8Array | undefined,
    binding: ChannelBinding,
    signal: AbortSignal,
  ): Promise<SignedRequest> {
    const challengePassword = await this.#challenge(binding, signal);
    const bound = challengePassword !== undefined;
    const content = present ? contentFromCertificate(parseCertificate(present), profile) : contentFromProfile(profile);
    const asked = bound ? { ...content, challengePassword } : content;
    const csr = await createCertificateRequest(asked, signer, signal);
    this.#csrOfThisSession = true;
    return { csr, bound };
  }

  submit(operation: "enrol" | "reenrol", csr: Uint8Array, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const { service } = this.#session;
    return operation === "reenrol" ? service.reenrol(csr, signal) : service.enrol(csr, signal);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #challenge(binding: ChannelBinding, signal: AbortSignal): Promise<string | undefined> {
    const { challenge, service } = this.#session;
    if (challenge === undefined || binding === "never") return undefined;
    if (binding === "always") return challenge;
    return wantsChannelBinding(await service.csrAttributes(signal)) ? challenge : undefined;
  }
}
