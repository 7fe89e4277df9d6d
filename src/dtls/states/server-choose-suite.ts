import { usesCertificates } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import type { Pending } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import type { OwnCredential } from "./own-credential.ts";
import type { ClientOfferInCommon } from "./server-client-offer.ts";
import { addServerHello } from "./server-hello.ts";
import { negotiate } from "./server-negotiate.ts";
import type { ServerPolicy } from "./server-policy.ts";
import { sendServerKeyExchange } from "./server-send-key-exchange.ts";

const sessionIdBytes = 32;

/** Waits for the own credential: which suite is taken depends on whether there is one. */
export class ServerChooseSuite implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #policy: ServerPolicy;
  readonly #offer: ClientOfferInCommon;
  readonly #credential: Pending<OwnCredential | "none">;

  constructor(policy: ServerPolicy, offer: ClientOfferInCommon, credential: Pending<OwnCredential | "none">) {
    this.#policy = policy;
    this.#offer = offer;
    this.#credential = credential;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const credential = this.#credential.value;
    if (!credential) return undefined;
    const suite = this.#offer.suites.find((candidate) => credential !== "none" || !usesCertificates(candidate));
    if (!suite) throw new DtlsError("NOTHING_IN_COMMON", "the client wants a certificate and there is none to show");
    const negotiated = negotiate(this.#policy, this.#offer, { suite, sessionId: this.#newSessionId(context) }, context);
    addServerHello(negotiated, this.#offer, context);
    return sendServerKeyExchange({ policy: this.#policy, negotiated, group: this.#offer.group, credential }, context);
  }

  /** Empty for what will not be resumed (RFC 5246 §7.4.1.3). */
  #newSessionId({ ports }: HandshakeContext): Uint8Array {
    const resumable = this.#policy.sessions !== undefined && this.#offer.extendedMasterSecret;
    return resumable ? ports.entropy.randomBytes(sessionIdBytes) : new Uint8Array();
  }
}
