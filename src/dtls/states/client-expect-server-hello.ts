import { equalBytes } from "../../util/bytes.ts";
import { AlertDescription } from "../alert.ts";
import { usesCertificates } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { type ClientHello, encodeClientHello } from "../handshake/messages/client-hello.ts";
import { decodeHelloVerifyRequest } from "../handshake/messages/hello-verify-request.ts";
import { decodeServerHello } from "../handshake/messages/server-hello.ts";
import { ClientExpectCertificate } from "./client-expect-certificate.ts";
import { ClientExpectPskKeyExchange } from "./client-expect-psk-key-exchange.ts";
import { type ClientOffer, offerHello } from "./client-offer.ts";
import { resumeSession } from "./client-resume-session.ts";
import { acceptServerHello } from "./client-server-hello-check.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, unexpectedMessage } from "./handshake-state.ts";

/** ClientHello is out; HelloVerifyRequest or ServerHello is to come. */
export class ClientExpectServerHello implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "ServerHello";
  readonly #offer: ClientOffer;
  readonly #hello: ClientHello;

  private constructor(offer: ClientOffer, hello: ClientHello) {
    this.#offer = offer;
    this.#hello = hello;
  }

  /** Sends the first ClientHello. */
  static start(offer: ClientOffer, context: HandshakeContext): ClientExpectServerHello {
    const hello = offerHello(offer, context.settings, context.ports.entropy.randomBytes(32));
    return ClientExpectServerHello.#send(offer, hello, context);
  }

  static #send(offer: ClientOffer, hello: ClientHello, context: HandshakeContext): ClientExpectServerHello {
    context.add(HandshakeType.client_hello, encodeClientHello(hello));
    context.sendFlight();
    return new ClientExpectServerHello(offer, hello);
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    if (message.type === HandshakeType.hello_verify_request) return this.#helloAgain(message, context);
    if (message.type !== HandshakeType.server_hello) throw unexpectedMessage(message, this.expects);
    context.transcript.add(message.raw);
    const negotiated = acceptServerHello(decodeServerHello(message.body), this.#hello, context.settings);
    const { resume } = this.#offer;
    if (resume && equalBytes(resume.sessionId, negotiated.sessionId)) return resumeSession(resume, negotiated, context);
    return usesCertificates(negotiated.suite)
      ? new ClientExpectCertificate(this.#offer, negotiated)
      : new ClientExpectPskKeyExchange(this.#offer, negotiated);
  }

  /** The same hello with the cookie (RFC 6347 §4.2.1), once: a server that asks again and again gets nowhere. */
  #helloAgain(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    if (this.#hello.cookie.length > 0) throw unexpectedMessage(message, this.expects);
    const { cookie } = decodeHelloVerifyRequest(message.body);
    if (cookie.length === 0) {
      throw new DtlsError("PEER_MISBEHAVED", "HelloVerifyRequest without a cookie", {
        alert: AlertDescription.illegal_parameter,
      });
    }
    context.transcript.restart();
    return ClientExpectServerHello.#send(this.#offer, { ...this.#hello, cookie }, context);
  }
}
