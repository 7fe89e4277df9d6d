import type { HandshakeMessage } from "../handshake/handshake-message.ts";
import { HandshakeType } from "../handshake/handshake-type.ts";
import { decodeCertificateVerify } from "../handshake/messages/certificate-verify.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import { type ExpectsMessage, expectType, type HandshakeState } from "./handshake-state.ts";
import { offeredScheme, type PeerCertificate } from "./peer-certificate.ts";
import type { ServerPeer } from "./server-peer.ts";
import { ServerVerifyClient } from "./server-verify-client.ts";

/** The client is to prove that it has its certificate's key. */
export class ServerExpectCertificateVerify implements ExpectsMessage {
  readonly kind = "message";
  readonly expects = "CertificateVerify";
  readonly #peer: ServerPeer;
  readonly #certificate: PeerCertificate;
  readonly #master: Uint8Array;

  constructor(peer: ServerPeer, certificate: PeerCertificate, master: Uint8Array) {
    this.#peer = peer;
    this.#certificate = certificate;
    this.#master = master;
  }

  receive(message: HandshakeMessage, context: HandshakeContext): HandshakeState {
    expectType(message, HandshakeType.certificate_verify);
    const signedBytes = context.transcript.messages();
    context.transcript.release();
    context.transcript.add(message.raw);
    const signed = decodeCertificateVerify(message.body);
    const proof = { scheme: offeredScheme(context, signed), signedBytes, signature: signed.signature };
    return new ServerVerifyClient(this.#peer, this.#certificate, proof, this.#master);
  }
}
