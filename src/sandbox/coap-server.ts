import { type ClosableTransport, CoapAssociation } from "../association/coap-association.ts";
import type { CoapRequest, CoapResponse } from "../coap/exchange.ts";
import { nodeEntropy } from "../crypto/entropy.ts";
import { nodeEphemeralKeys } from "../crypto/ephemeral-keys.ts";
import type { DtlsSession } from "../dtls/connection.ts";
import { DtlsListener } from "../dtls/listener.ts";
import { monotonicClock } from "../platform/clock.ts";
import { nodeTimers } from "../platform/timers.ts";
import { silentLogger } from "../util/log.ts";
import { addressText } from "../util/network.ts";
import { DtlsTransports } from "./dtls-transports.ts";
import { acceptPlainPeers } from "./plain-transports.ts";
import { type ServerSecurity, serverAnswers } from "./server-security.ts";
import { ServerSocket } from "./server-socket.ts";

export interface CoapServerOptions {
  /** Numeric address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 or absent: the system chooses. */
  readonly port?: number;
  /** Absent: plain CoAP. */
  readonly security?: ServerSecurity;
}

export type ServeRequest = (request: CoapRequest, association: CoapAssociation) => CoapResponse | Promise<CoapResponse>;

const ports = { clock: monotonicClock, timers: nodeTimers, entropy: nodeEntropy, logger: silentLogger };

/** CoAP, plain or over DTLS, on one socket for many peers: what every server of the sandbox stands on. */
export class CoapServer {
  readonly #socket: ServerSocket;
  readonly #serveRequest: ServeRequest;
  readonly #transports: DtlsTransports | undefined;
  readonly #associations = new Set<CoapAssociation>();

  private constructor(socket: ServerSocket, security: ServerSecurity | undefined, serve: ServeRequest) {
    this.#socket = socket;
    this.#serveRequest = serve;
    if (security) this.#transports = this.#acceptSessions(security);
    else acceptPlainPeers(socket, (transport, peer) => this.#serve(transport, peer));
  }

  /** Rejects when the address cannot be bound. */
  static async start({ host, port, security }: CoapServerOptions, serve: ServeRequest): Promise<CoapServer> {
    return new CoapServer(await ServerSocket.bind(host ?? "127.0.0.1", port ?? 0), security, serve);
  }

  get uri(): string {
    return `${this.#transports ? "coaps" : "coap"}://${addressText(this.#socket.address)}`;
  }

  /** Ends every association: what they remember of transfers would keep the process alive for minutes. */
  async close(): Promise<void> {
    this.#transports?.close();
    await Promise.all([...this.#associations].map((association) => association.close()));
    await this.#socket.close();
  }

  #acceptSessions(security: ServerSecurity): DtlsTransports {
    const config = { certificates: security.certificate !== undefined, psk: security.psk !== undefined };
    const listener = new DtlsListener(config, { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys });
    const answerNeed = serverAnswers(security);
    return new DtlsTransports(listener, this.#socket, { ...ports, answerNeed }, (transport, peer, session) =>
      this.#serve(transport, peer, session),
    );
  }

  #serve(transport: ClosableTransport, peer: string, session?: DtlsSession): void {
    const association: CoapAssociation = new CoapAssociation({
      transport,
      peer,
      ...(session && { session }),
      handle: (request) => this.#serveRequest(request, association),
      ...ports,
    });
    this.#associations.add(association);
    association.onClosed(() => this.#associations.delete(association));
  }
}
