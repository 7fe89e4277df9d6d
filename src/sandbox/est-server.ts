import { type ClosableTransport, CoapAssociation } from "../association/coap-association.ts";
import { Code } from "../coap/message.ts";
import { nodeEntropy } from "../crypto/entropy.ts";
import { nodeEphemeralKeys } from "../crypto/ephemeral-keys.ts";
import type { DtlsSession } from "../dtls/connection.ts";
import { DtlsListener } from "../dtls/listener.ts";
import { monotonicClock } from "../platform/clock.ts";
import { nodeTimers } from "../platform/timers.ts";
import { silentLogger } from "../util/log.ts";
import { addressText } from "../util/network.ts";
import { DtlsTransports } from "./dtls-transports.ts";
import { EstResources, type EstResourcesOptions } from "./est-resources.ts";
import { type ServerSecurity, serverAnswers } from "./server-security.ts";
import { ServerSocket } from "./server-socket.ts";

export interface EstServerOptions extends EstResourcesOptions {
  /** Numeric address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 or absent: the system chooses. */
  readonly port?: number;
  readonly security: ServerSecurity;
}

const ports = { clock: monotonicClock, timers: nodeTimers, entropy: nodeEntropy, logger: silentLogger };

/** A small EST server over CoAPS for the sandbox and the tests. */
export class EstServer {
  readonly #socket: ServerSocket;
  readonly #resources: EstResources;
  readonly #transports: DtlsTransports;

  private constructor(socket: ServerSocket, { security, ...options }: EstServerOptions) {
    this.#socket = socket;
    this.#resources = new EstResources(options);
    const config = { certificates: true, psk: false };
    const listener = new DtlsListener(config, { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys });
    const answerNeed = serverAnswers(security);
    this.#transports = new DtlsTransports(listener, socket, { ...ports, answerNeed }, (transport, peer, session) =>
      this.#serve(transport, peer, session),
    );
  }

  /** Rejects when the address cannot be bound. */
  static async start(options: EstServerOptions): Promise<EstServer> {
    return new EstServer(await ServerSocket.bind(options.host ?? "127.0.0.1", options.port ?? 0), options);
  }

  get uri(): string {
    return `coaps://${addressText(this.#socket.address)}`;
  }

  close(): Promise<void> {
    this.#transports.close();
    return this.#socket.close();
  }

  #serve(transport: ClosableTransport, peer: string, session: DtlsSession): void {
    const association: CoapAssociation = new CoapAssociation({
      transport,
      peer,
      session,
      handle: async (request) => (await this.#resources.handle(request, association)) ?? { code: Code.NotFound },
      ...ports,
    });
  }
}
