import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { encodeCertificateVerify } from "../handshake/messages/certificate-verify.ts";
import type { Pending } from "../needs.ts";
import { ClientExpectFinished } from "./client-expect-finished.ts";
import type { ClientSide } from "./client-side.ts";
import { addFinished } from "./finished-check.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { installKeys } from "./traffic-keys.ts";

export interface OwnProof {
  readonly scheme: SignatureScheme;
  readonly signature: Pending<Uint8Array>;
}

/** Waits for the master secret and, with a certificate, for the signature: the card works. Then the flight goes out. */
export class ClientProve implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #side: ClientSide;
  readonly #master: Pending<Uint8Array>;
  readonly #proof: OwnProof | undefined;

  constructor(side: ClientSide, master: Pending<Uint8Array>, proof: OwnProof | undefined) {
    this.#side = side;
    this.#master = master;
    this.#proof = proof;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const master = this.#master.value;
    if (!master || (this.#proof && !this.#proof.signature.value)) return undefined;
    this.#addCertificateVerify(context);
    context.transcript.release();
    installKeys(context, "client", this.#side.negotiated, master);
    const tlsUnique = addFinished(context, "client", master);
    context.sendFlight();
    return new ClientExpectFinished({ ...this.#side, tlsUnique }, master);
  }

  #addCertificateVerify(context: HandshakeContext): void {
    const signature = this.#proof?.signature.value;
    if (!this.#proof || !signature) return;
    const { scheme } = this.#proof;
    context.add(HandshakeType.certificate_verify, encodeCertificateVerify({ scheme, signature }));
  }
}
