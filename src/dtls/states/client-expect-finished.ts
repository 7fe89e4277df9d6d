import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { checkFinished } from "./finished-check.ts";
import type { HandshakeContext, HandshakeOutcome } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, handshakeDone } from "./handshake-state.ts";

/** The client's flight is out; the server's Finished proves that it saw the same handshake. */
export class ClientExpectFinished implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the server's Finished";
  readonly #outcome: HandshakeOutcome;
  readonly #master: Uint8Array;

  constructor(outcome: HandshakeOutcome, master: Uint8Array) {
    this.#outcome = outcome;
    this.#master = master;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    checkFinished(message, context, "server", this.#master);
    context.connected(this.#outcome);
    return handshakeDone;
  }
}
