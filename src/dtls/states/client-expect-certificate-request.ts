import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeCertificateRequest } from "../handshake/messages/certificate-request.ts";
import { commonSchemes } from "../settings.ts";
import { ClientExpectServerHelloDone } from "./client-expect-server-hello-done.ts";
import type { ServerFlight } from "./client-server-flight.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { ExpectsMessage, HandshakeState } from "./handshake-state.ts";
import { askForCredential } from "./own-credential.ts";

/** CertificateRequest may come, or ServerHelloDone at once. The credential is chosen while the flight goes on. */
export class ClientExpectCertificateRequest implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "CertificateRequest or ServerHelloDone";
  readonly #flight: ServerFlight;

  constructor(flight: ServerFlight) {
    this.#flight = flight;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    if (message.type !== HandshakeType.certificate_request) {
      return new ClientExpectServerHelloDone(this.#flight).receive(message, context);
    }
    context.transcript.add(message.raw);
    const { schemes } = decodeCertificateRequest(message.body);
    const credential = askForCredential(context, commonSchemes(context.settings, schemes));
    return new ClientExpectServerHelloDone({ ...this.#flight, credential });
  }
}
