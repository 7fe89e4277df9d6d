import type { EphemeralKeyPair } from "../../crypto/ports.ts";
import { AlertDescription } from "../alert.ts";
import { usesCertificates } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeClientKeyExchange } from "../handshake/messages/client-key-exchange.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";
import { agreeWith } from "./key-agreement.ts";
import { deriveMasterSecret } from "./master-secret.ts";
import type { Negotiated } from "./negotiated.ts";
import type { PeerCertificate } from "./peer-certificate.ts";
import { ServerDeriveMasterSecret } from "./server-derive-master-secret.ts";

/** With the client's half of the key exchange the master secret can be made, or asked for. */
export class ServerExpectClientKeyExchange implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "ClientKeyExchange";
  readonly #negotiated: Negotiated;
  readonly #keys: EphemeralKeyPair | undefined;
  readonly #certificate: PeerCertificate | undefined;

  constructor(negotiated: Negotiated, keys: EphemeralKeyPair | undefined, certificate: PeerCertificate | undefined) {
    this.#negotiated = negotiated;
    this.#keys = keys;
    this.#certificate = certificate;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.client_key_exchange);
    context.transcript.add(message.raw);
    const shape = { psk: !usesCertificates(this.#negotiated.suite), ephemeral: this.#keys !== undefined };
    const { identity, publicKey } = decodeClientKeyExchange(message.body, shape);
    const psk = identity ? { identity } : {};
    const shared = this.#keys && publicKey ? { sharedSecret: agreeWith(this.#keys, publicKey) } : {};
    const master = deriveMasterSecret(context, this.#negotiated, { ...psk, ...shared }, unknownIdentity);
    const peer = this.#certificate ? { certificate: this.#certificate } : {};
    return new ServerDeriveMasterSecret({ negotiated: this.#negotiated, ...peer, ...psk }, master);
  }
}

/** decrypt_error does not tell which identities exist (RFC 4279 §2). */
function unknownIdentity(cause: Error): DtlsError {
  const alert = AlertDescription.decrypt_error;
  return new DtlsError("NEED_FAILED", "no master secret for the client's PSK identity", { cause, alert });
}
