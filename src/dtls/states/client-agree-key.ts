import type { AgreedKey } from "../../credentials/ports/key-agreement.ts";
import type { NeedAnswer } from "../connection.ts";
import { DtlsError } from "../dtls-error.ts";
import { type Pending, settled } from "../needs.ts";
import { ClientSendKeyExchange } from "./client-send-key-exchange.ts";
import type { KeyShare, ServerFlight } from "./client-server-flight.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { agreeWith } from "./key-agreement.ts";

/** Waits for the ECDHE result of a key that lives elsewhere; with keys of our own it goes straight on. */
export class ClientAgreeKey implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #flight: ServerFlight;
  readonly #agreed: Pending<AgreedKey>;

  private constructor(flight: ServerFlight, agreed: Pending<AgreedKey>) {
    this.#flight = flight;
    this.#agreed = agreed;
  }

  /** Without a key share (plain PSK) there is nothing to agree on. */
  static start(flight: ServerFlight, context: HandshakeContext): HandshakeState {
    if (!flight.keyShare) return new ClientSendKeyExchange(flight, undefined);
    return new ClientAgreeKey(flight, agree(flight.keyShare, flight.offer.externalKeyAgreement, context));
  }

  proceed(): HandshakeState | undefined {
    const agreed = this.#agreed.value;
    return agreed && new ClientSendKeyExchange(this.#flight, agreed);
  }
}

function agree({ group, publicKey }: KeyShare, external: boolean, context: HandshakeContext): Pending<AgreedKey> {
  if (external) return context.ask({ kind: "agreeKey", group, peerPublicKey: publicKey }, { accept: acceptAgreedKey });
  const keys = context.ports.ephemeralKeys.generate(group);
  return settled({ publicKey: keys.publicKey, sharedSecret: agreeWith(keys, publicKey) });
}

function acceptAgreedKey(answer: NeedAnswer): AgreedKey {
  if (answer.kind === "agreeKey" && answer.publicKey.length > 0 && answer.sharedSecret.length > 0) return answer;
  throw new DtlsError("NEED_FAILED", "agreeKey must be answered with a public key and a shared secret");
}
