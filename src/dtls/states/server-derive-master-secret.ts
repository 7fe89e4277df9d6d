import type { Pending } from "../needs.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { AwaitsAnswers, HandshakeState } from "./handshake-state.ts";
import { ServerExpectCertificateVerify } from "./server-expect-certificate-verify.ts";
import { ServerExpectFinished } from "./server-expect-finished.ts";
import type { ServerPeer } from "./server-peer.ts";
import { installKeys } from "./traffic-keys.ts";

/** Waits for the master secret, then reads under its keys: the client's Finished may be here already. */
export class ServerDeriveMasterSecret implements AwaitsAnswers {
  readonly kind = "answers";
  readonly #peer: ServerPeer;
  readonly #master: Pending<Uint8Array>;

  constructor(peer: ServerPeer, master: Pending<Uint8Array>) {
    this.#peer = peer;
    this.#master = master;
  }

  proceed(context: HandshakeContext): HandshakeState | undefined {
    const master = this.#master.value;
    if (!master) return undefined;
    installKeys(context, "server", this.#peer.negotiated, master);
    const { certificate } = this.#peer;
    return certificate
      ? new ServerExpectCertificateVerify(this.#peer, certificate, master)
      : new ServerExpectFinished(this.#peer, master);
  }
}
