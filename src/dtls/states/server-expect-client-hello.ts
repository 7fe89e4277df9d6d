import { AlertDescription } from "../alert.ts";
import { usesCertificates } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeClientHello } from "../handshake/messages/client-hello.ts";
import { settled } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";
import { askForCredential } from "./own-credential.ts";
import { ServerChooseSuite } from "./server-choose-suite.ts";
import { readClientOffer } from "./server-client-offer.ts";
import type { ServerPolicy } from "./server-policy.ts";
import { resumeSession } from "./server-resume-session.ts";

/** Nothing has come yet. The cookie, where one is asked for, was checked before. */
export class ServerExpectClientHello implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "ClientHello";
  readonly #policy: ServerPolicy;

  constructor(policy: ServerPolicy) {
    this.#policy = policy;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.client_hello);
    context.transcript.add(message.raw);
    const offer = readClientOffer(decodeClientHello(message.body), this.#policy, context.settings);
    const resumed = resumeSession(this.#policy, offer, context);
    if (resumed) return resumed;
    const [preferred] = offer.suites;
    if (!preferred) {
      throw new DtlsError("NOTHING_IN_COMMON", "no cipher suite in common with the client", {
        alert: AlertDescription.handshake_failure,
      });
    }
    const credential = usesCertificates(preferred)
      ? askForCredential(context, offer.schemes, offer.serverName)
      : settled("none" as const);
    return new ServerChooseSuite(this.#policy, offer, credential);
  }
}
