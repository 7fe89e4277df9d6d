import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeServerHelloDone } from "../handshake/messages/server-hello-done.ts";
import { ClientAgreeKey } from "./client-agree-key.ts";
import type { ServerFlight } from "./client-server-flight.ts";
import { ClientVerifyServer } from "./client-verify-server.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";

/** Only the end of the server's flight is missing. */
export class ClientExpectServerHelloDone implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "ServerHelloDone";
  readonly #flight: ServerFlight;

  constructor(flight: ServerFlight) {
    this.#flight = flight;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.server_hello_done);
    context.transcript.add(message.raw);
    decodeServerHelloDone(message.body);
    const { identity } = this.#flight;
    return identity ? new ClientVerifyServer(this.#flight, identity) : ClientAgreeKey.start(this.#flight, context);
  }
}
