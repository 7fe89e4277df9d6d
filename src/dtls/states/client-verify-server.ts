import { ClientAgreeKey } from "./client-agree-key.ts";
import type { ServerFlight, ServerIdentity } from "./client-server-flight.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { requireEcKey, verifyPeerSignature } from "./peer-certificate.ts";

/** Waits for the verdict on the server's chain, then verifies its key share, before any own key is put to work. */
export class ClientVerifyServer implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #flight: ServerFlight;
  readonly #identity: ServerIdentity;

  constructor(flight: ServerFlight, identity: ServerIdentity) {
    this.#flight = flight;
    this.#identity = identity;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const { certificate, scheme, signedBytes, signature } = this.#identity;
    const publicKey = certificate.publicKey.value;
    if (!publicKey) return undefined;
    requireEcKey(publicKey);
    verifyPeerSignature(publicKey, scheme, signedBytes, signature);
    return ClientAgreeKey.start(this.#flight, context);
  }
}
