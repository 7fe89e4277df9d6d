import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { type PeerCertificate, verifyPeerSignature } from "./peer-certificate.ts";
import { ServerExpectFinished } from "./server-expect-finished.ts";
import type { ServerPeer } from "./server-peer.ts";

interface ClientProof {
  readonly scheme: SignatureScheme;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** Waits for the verdict on the client's chain, then verifies the proof of its key. */
export class ServerVerifyClient implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #peer: ServerPeer;
  readonly #certificate: PeerCertificate;
  readonly #proof: ClientProof;
  readonly #master: Uint8Array;

  constructor(peer: ServerPeer, certificate: PeerCertificate, proof: ClientProof, master: Uint8Array) {
    this.#peer = peer;
    this.#certificate = certificate;
    this.#proof = proof;
    this.#master = master;
  }

  proceed(): HandshakeState | undefined {
    const publicKey = this.#certificate.publicKey.value;
    if (!publicKey) return undefined;
    const { scheme, signedBytes, signature } = this.#proof;
    verifyPeerSignature(publicKey, scheme, signedBytes, signature);
    return new ServerExpectFinished(this.#peer, this.#master);
  }
}
