import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import type { ResumableSession } from "../resumable-session.ts";
import { checkFinished } from "./finished-check.ts";
import type { HandshakeContext, HandshakeOutcome } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, handshakeDone } from "./handshake-state.ts";

/** The client's Finished proves that it has the session too; until then it is only somebody who knows its id. */
export class ServerExpectResumedFinished implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the client's Finished of a resumed session";
  readonly #session: ResumableSession;
  readonly #own: Pick<HandshakeOutcome, "negotiated" | "tlsUnique">;

  constructor(session: ResumableSession, own: Pick<HandshakeOutcome, "negotiated" | "tlsUnique">) {
    this.#session = session;
    this.#own = own;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    const { masterSecret, peerChain, pskIdentity } = this.#session;
    checkFinished(message, context, "client", masterSecret);
    const peer = { peerChain, ...(pskIdentity && { peerIdentity: pskIdentity }) };
    context.connected({ ...this.#own, ...peer, resumed: true, resumable: this.#session });
    return handshakeDone;
  }
}
