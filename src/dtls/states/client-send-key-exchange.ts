import type { AgreedKey } from "../../credentials/ports/key-agreement.ts";
import { usesCertificates } from "../cipher-suites.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { encodeCertificate } from "../handshake/messages/certificate.ts";
import { encodeClientKeyExchange } from "../handshake/messages/client-key-exchange.ts";
import { ClientProve } from "./client-prove.ts";
import type { ServerFlight } from "./client-server-flight.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { deriveMasterSecret } from "./master-secret.ts";
import { askForSignature, type OwnCredential } from "./own-credential.ts";

/** Waits for the own credential when the server asked for one; then the signature and the master secret are asked for. */
export class ClientSendKeyExchange implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #flight: ServerFlight;
  readonly #agreed: AgreedKey | undefined;

  constructor(flight: ServerFlight, agreed: AgreedKey | undefined) {
    this.#flight = flight;
    this.#agreed = agreed;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const { credential } = this.#flight;
    if (!credential) return this.#addKeyExchange("none", context);
    if (!credential.value) return undefined;
    const chain = credential.value === "none" ? [] : credential.value.chain;
    context.add(HandshakeType.certificate, encodeCertificate({ chain }));
    return this.#addKeyExchange(credential.value, context);
  }

  #addKeyExchange(credential: OwnCredential | "none", context: HandshakeContext): HandshakeState {
    const { offer, negotiated, identity } = this.#flight;
    const psk: { identity?: Uint8Array } =
      !usesCertificates(negotiated.suite) && offer.pskIdentity ? { identity: offer.pskIdentity } : {};
    const share = this.#agreed ? { publicKey: this.#agreed.publicKey } : {};
    context.add(HandshakeType.client_key_exchange, encodeClientKeyExchange({ ...psk, ...share }));
    const secret = this.#agreed ? { sharedSecret: this.#agreed.sharedSecret } : {};
    const master = deriveMasterSecret(context, negotiated, { ...psk, ...secret });
    const peerChain = identity?.certificate.chain ?? [];
    const side = { negotiated, peerChain, ...(psk.identity && { pskIdentity: psk.identity }) };
    if (credential === "none") return new ClientProve(side, master, undefined);
    const signature = askForSignature(context, credential, context.transcript.messages());
    return new ClientProve(side, master, { scheme: credential.scheme, signature });
  }
}
