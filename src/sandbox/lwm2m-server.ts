import { CoapServer, type CoapServerOptions } from "./coap-server.ts";
import type { Registration } from "./registration.ts";
import { type Admission, RegistrationInterface, type RegistrationListener } from "./registration-interface.ts";

export interface LwM2mServerOptions extends CoapServerOptions {
  readonly admit?: Admission;
  readonly listener?: RegistrationListener;
}

/** A small LwM2M management server for the sandbox and the tests. */
export class LwM2mServer {
  readonly #server: CoapServer;
  readonly #interface: RegistrationInterface;

  private constructor(server: CoapServer, registrations: RegistrationInterface) {
    this.#server = server;
    this.#interface = registrations;
  }

  /** Rejects when the address cannot be bound. */
  static async start({ admit, listener = {}, ...options }: LwM2mServerOptions = {}): Promise<LwM2mServer> {
    const registrations = new RegistrationInterface(listener, admit);
    const server = await CoapServer.start(options, (request, association) =>
      registrations.handle(request, association),
    );
    return new LwM2mServer(server, registrations);
  }

  get uri(): string {
    return this.#server.uri;
  }

  get registrations(): readonly Registration[] {
    return this.#interface.registrations;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
