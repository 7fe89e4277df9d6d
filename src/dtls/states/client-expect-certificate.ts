import { AlertDescription } from "../alert.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeCertificate } from "../handshake/messages/certificate.ts";
import { ClientExpectServerKeyExchange } from "./client-expect-server-key-exchange.ts";
import type { ClientOffer } from "./client-offer.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";
import type { Negotiated } from "./negotiated.ts";
import { askForVerdict } from "./peer-certificate.ts";

/** ServerHello chose a suite with certificates; the server's chain is to come. It is judged while the flight goes on. */
export class ClientExpectCertificate implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the server's Certificate";
  readonly #offer: ClientOffer;
  readonly #negotiated: Negotiated;

  constructor(offer: ClientOffer, negotiated: Negotiated) {
    this.#offer = offer;
    this.#negotiated = negotiated;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.certificate);
    context.transcript.add(message.raw);
    const { chain } = decodeCertificate(message.body);
    if (chain.length === 0) {
      throw new DtlsError("PEER_MISBEHAVED", "the server sent an empty certificate chain", {
        alert: AlertDescription.bad_certificate,
      });
    }
    return new ClientExpectServerKeyExchange(this.#offer, this.#negotiated, askForVerdict(context, chain));
  }
}
