import type { EphemeralKeyPair } from "../../crypto/ports.ts";
import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { encodeEcdheServerKeyExchange } from "../handshake/messages/server-key-exchange.ts";
import type { Pending } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { finishServerFlight, type ServerSide } from "./server-finish-flight.ts";

interface KeyShareProof {
  readonly scheme: SignatureScheme;
  readonly signature: Pending<Uint8Array>;
}

/** Waits for the signature over the own key share. */
export class ServerSignKeyExchange implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #side: ServerSide & { readonly keys: EphemeralKeyPair };
  readonly #proof: KeyShareProof;

  constructor(side: ServerSide & { readonly keys: EphemeralKeyPair }, proof: KeyShareProof) {
    this.#side = side;
    this.#proof = proof;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const signature = this.#proof.signature.value;
    if (!signature) return undefined;
    const { group, publicKey } = this.#side.keys;
    const signed = { scheme: this.#proof.scheme, signature };
    const exchange = encodeEcdheServerKeyExchange({ parameters: { group, publicKey }, signed });
    context.add(HandshakeType.server_key_exchange, exchange);
    return finishServerFlight(this.#side, context);
  }
}
