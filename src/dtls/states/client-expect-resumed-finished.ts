import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import type { ResumableSession } from "../resumable-session.ts";
import { addFinished, checkFinished } from "./finished-check.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, handshakeDone } from "./handshake-state.ts";
import type { Negotiated } from "./negotiated.ts";

/** In an abbreviated handshake the server finishes first: it proves that it has the session. Ours is the last flight. */
export class ClientExpectResumedFinished implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the server's Finished of a resumed session";
  readonly #session: ResumableSession;
  readonly #negotiated: Negotiated;

  constructor(session: ResumableSession, negotiated: Negotiated) {
    this.#session = session;
    this.#negotiated = negotiated;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    const { masterSecret, peerChain } = this.#session;
    const tlsUnique = checkFinished(message, context, "server", masterSecret);
    addFinished(context, "client", masterSecret);
    context.sendFlight({ last: true });
    const negotiated = this.#negotiated;
    context.connected({ negotiated, peerChain, tlsUnique, resumed: true, resumable: this.#session });
    return handshakeDone;
  }
}
