import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeEcdheServerKeyExchange } from "../handshake/messages/server-key-exchange.ts";
import { ClientExpectCertificateRequest } from "./client-expect-certificate-request.ts";
import type { ClientOffer } from "./client-offer.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";
import { offeredGroup } from "./key-agreement.ts";
import { keyExchangeSignatureInput } from "./key-exchange-signature.ts";
import type { Negotiated } from "./negotiated.ts";
import { offeredScheme, type PeerCertificate } from "./peer-certificate.ts";

/** The server's signed key share is to come; it is verified when the verdict on the certificate is there. */
export class ClientExpectServerKeyExchange implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "ServerKeyExchange";
  readonly #offer: ClientOffer;
  readonly #negotiated: Negotiated;
  readonly #certificate: PeerCertificate;

  constructor(offer: ClientOffer, negotiated: Negotiated, certificate: PeerCertificate) {
    this.#offer = offer;
    this.#negotiated = negotiated;
    this.#certificate = certificate;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.server_key_exchange);
    context.transcript.add(message.raw);
    const { parameters, signed } = decodeEcdheServerKeyExchange(message.body);
    return new ClientExpectCertificateRequest({
      offer: this.#offer,
      negotiated: this.#negotiated,
      keyShare: { group: offeredGroup(context, parameters.group), publicKey: parameters.publicKey },
      identity: {
        certificate: this.#certificate,
        scheme: offeredScheme(context, signed),
        signedBytes: keyExchangeSignatureInput(this.#negotiated, parameters),
        signature: signed.signature,
      },
    });
  }
}
