import { CoapAssociation } from "../association/coap-association.ts";
import { PathTransport } from "../association/path-transport.ts";
import { nodeEntropy } from "../crypto/entropy.ts";
import { monotonicClock } from "../platform/clock.ts";
import { nodeTimers } from "../platform/timers.ts";
import { silentLogger } from "../util/log.ts";
import { addressText, type DatagramPath } from "../util/network.ts";
import type { Registration } from "./registration.ts";
import { RegistrationInterface, type RegistrationListener } from "./registration-interface.ts";
import { UdpListener } from "./udp-listener.ts";

export interface LwM2mServerOptions {
  /** Numeric address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 or absent: the system chooses. */
  readonly port?: number;
  readonly listener?: RegistrationListener;
}

/** A small LwM2M management server without security, for the sandbox and the tests. */
export class LwM2mServer {
  readonly #listener: UdpListener;
  readonly #interface: RegistrationInterface;

  private constructor(listener: UdpListener, registrations: RegistrationInterface) {
    this.#listener = listener;
    this.#interface = registrations;
    listener.onPeer((path) => this.#accept(path));
  }

  static async start({ host = "127.0.0.1", port = 0, listener = {} }: LwM2mServerOptions = {}): Promise<LwM2mServer> {
    return new LwM2mServer(await UdpListener.bind(host, port), new RegistrationInterface(listener));
  }

  get uri(): string {
    return `coap://${addressText(this.#listener.address)}`;
  }

  get registrations(): readonly Registration[] {
    return this.#interface.registrations;
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  #accept(path: DatagramPath): void {
    const association: CoapAssociation = new CoapAssociation({
      transport: new PathTransport(path),
      handle: (request) => this.#interface.handle(request, association),
      peer: addressText(path.peer),
      clock: monotonicClock,
      timers: nodeTimers,
      entropy: nodeEntropy,
      logger: silentLogger,
    });
  }
}
