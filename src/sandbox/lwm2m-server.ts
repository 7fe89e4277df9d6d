import { type ClosableTransport, CoapAssociation } from "../association/coap-association.ts";
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
import type { Registration } from "./registration.ts";
import { type Admission, RegistrationInterface, type RegistrationListener } from "./registration-interface.ts";
import { type ServerSecurity, serverAnswers } from "./server-security.ts";
import { ServerSocket } from "./server-socket.ts";

export interface LwM2mServerOptions {
  /** Numeric address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 or absent: the system chooses. */
  readonly port?: number;
  /** Absent: plain CoAP. */
  readonly security?: ServerSecurity;
  readonly admit?: Admission;
  readonly listener?: RegistrationListener;
}

const ports = { clock: monotonicClock, timers: nodeTimers, entropy: nodeEntropy, logger: silentLogger };

/** A small LwM2M management server for the sandbox and the tests. */
export class LwM2mServer {
  readonly #socket: ServerSocket;
  readonly #interface: RegistrationInterface;
  readonly #transports: DtlsTransports | undefined;

  private constructor(socket: ServerSocket, { security, admit, listener = {} }: LwM2mServerOptions) {
    this.#socket = socket;
    this.#interface = new RegistrationInterface(listener, admit);
    if (security) this.#transports = this.#acceptSessions(security);
    else acceptPlainPeers(socket, (transport, peer) => this.#serve(transport, peer));
  }

  /** Rejects when the address cannot be bound. */
  static async start(options: LwM2mServerOptions = {}): Promise<LwM2mServer> {
    return new LwM2mServer(await ServerSocket.bind(options.host ?? "127.0.0.1", options.port ?? 0), options);
  }

  get uri(): string {
    return `${this.#transports ? "coaps" : "coap"}://${addressText(this.#socket.address)}`;
  }

  get registrations(): readonly Registration[] {
    return this.#interface.registrations;
  }

  close(): Promise<void> {
    this.#transports?.close();
    return this.#socket.close();
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
      handle: (request) => this.#interface.handle(request, association),
      ...ports,
    });
  }
}
