import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import type { ClientSide } from "./client-side.ts";
import { checkFinished } from "./finished-check.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, type HandshakeState, handshakeDone } from "./handshake-state.ts";
import { resumableAfter } from "./resumption.ts";

/** `tlsUnique`: verify_data of our own Finished. */
type ProvenSide = ClientSide & { readonly tlsUnique: Uint8Array };

/** The client's flight is out; the server's Finished proves that it saw the same handshake. */
export class ClientExpectFinished implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "the server's Finished";
  readonly #side: ProvenSide;
  readonly #master: Uint8Array;

  constructor(side: ProvenSide, master: Uint8Array) {
    this.#side = side;
    this.#master = master;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    checkFinished(message, context, "server", this.#master);
    const { negotiated, peerChain, tlsUnique } = this.#side;
    const resumable = resumableAfter(negotiated, this.#master, this.#side);
    context.connected({ negotiated, peerChain, tlsUnique, resumed: false, ...resumable });
    return handshakeDone;
  }
}
