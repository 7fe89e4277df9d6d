import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { addFinished, checkFinished } from "./finished-check.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, handshakeDone } from "./handshake-state.ts";
import { resumableAfter } from "./resumption.ts";
import type { ServerPeer } from "./server-peer.ts";

/** The client's Finished proves that it saw the same handshake; ours ends it. */
export class ServerExpectFinished implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the client's Finished";
  readonly #peer: ServerPeer;
  readonly #master: Uint8Array;

  constructor(peer: ServerPeer, master: Uint8Array) {
    this.#peer = peer;
    this.#master = master;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    const tlsUnique = checkFinished(message, context, "client", this.#master);
    addFinished(context, "server", this.#master);
    context.sendFlight({ last: true });
    const { negotiated, certificate, identity } = this.#peer;
    const peerChain = certificate?.chain ?? [];
    const resumable = resumableAfter(negotiated, this.#master, {
      peerChain,
      ...(identity && { pskIdentity: identity }),
    });
    const peerIdentity = identity ? { peerIdentity: identity } : {};
    context.connected({ negotiated, peerChain, ...peerIdentity, tlsUnique, resumed: false, ...resumable });
    return handshakeDone;
  }
}
