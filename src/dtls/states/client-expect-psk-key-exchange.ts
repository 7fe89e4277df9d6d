import { usesEphemeralKeys } from "../cipher-suites.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodePskServerKeyExchange } from "../handshake/messages/server-key-exchange.ts";
import { ClientExpectServerHelloDone } from "./client-expect-server-hello-done.ts";
import type { ClientOffer } from "./client-offer.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, unexpectedMessage } from "./handshake-state.ts";
import { offeredGroup } from "./key-agreement.ts";
import type { Negotiated } from "./negotiated.ts";

/**
 * ServerHello chose a PSK suite. ServerKeyExchange may be left out by plain PSK when there is no hint (RFC 4279 §2);
 * ECDHE_PSK always has it. The hint is not used: our identity is given by the configuration.
 */
export class ClientExpectPskKeyExchange implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "ServerKeyExchange or ServerHelloDone";
  readonly #offer: ClientOffer;
  readonly #negotiated: Negotiated;

  constructor(offer: ClientOffer, negotiated: Negotiated) {
    this.#offer = offer;
    this.#negotiated = negotiated;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    const flight = { offer: this.#offer, negotiated: this.#negotiated };
    const ephemeral = usesEphemeralKeys(this.#negotiated.suite);
    if (message.type === HandshakeType.server_hello_done && !ephemeral) {
      return new ClientExpectServerHelloDone(flight).receive(message, context);
    }
    if (message.type !== HandshakeType.server_key_exchange) throw unexpectedMessage(message, this.expects);
    context.transcript.add(message.raw);
    const { parameters } = decodePskServerKeyExchange(message.body, ephemeral);
    if (!parameters) return new ClientExpectServerHelloDone(flight);
    const keyShare = { group: offeredGroup(context, parameters.group), publicKey: parameters.publicKey };
    return new ClientExpectServerHelloDone({ ...flight, keyShare });
  }
}
