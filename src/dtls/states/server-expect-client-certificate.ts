import type { EphemeralKeyPair } from "../../crypto/ports.ts";
import { AlertDescription } from "../alert.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeCertificate } from "../handshake/messages/certificate.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";
import type { Negotiated } from "./negotiated.ts";
import { askForVerdict } from "./peer-certificate.ts";
import { ServerExpectClientKeyExchange } from "./server-expect-client-key-exchange.ts";

/** A certificate was asked for, and without one there is no way in. It is judged while the flight goes on. */
export class ServerExpectClientCertificate implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the client's Certificate";
  readonly #negotiated: Negotiated;
  readonly #keys: EphemeralKeyPair | undefined;

  constructor(negotiated: Negotiated, keys: EphemeralKeyPair | undefined) {
    this.#negotiated = negotiated;
    this.#keys = keys;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.certificate);
    context.transcript.add(message.raw);
    const { chain } = decodeCertificate(message.body);
    if (chain.length === 0) {
      throw new DtlsError("CERTIFICATE_REFUSED", "the client has no certificate to show", {
        alert: AlertDescription.handshake_failure,
      });
    }
    return new ServerExpectClientKeyExchange(this.#negotiated, this.#keys, askForVerdict(context, chain));
  }
}
