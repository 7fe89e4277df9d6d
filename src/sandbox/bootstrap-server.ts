import { nodeTimers } from "../platform/timers.ts";
import {
  type BootstrapAsk,
  BootstrapInterface,
  type BootstrapListener,
  type BootstrapPlan,
} from "./bootstrap-interface.ts";
import { CoapServer, type CoapServerOptions } from "./coap-server.ts";
import type { EstResources } from "./est-resources.ts";

export interface BootstrapServerOptions extends CoapServerOptions {
  /** What is done with a device; undefined for one that is not known. */
  plan(ask: BootstrapAsk): BootstrapPlan | undefined;
  readonly listener?: BootstrapListener;
  /** Its EST functions, over the same sessions (OMA LwM2M Transport 1.2 §5.2.9.7). */
  readonly est?: EstResources;
}

/** A small LwM2M bootstrap server for the sandbox and the tests. */
export class BootstrapServer {
  readonly #server: CoapServer;

  private constructor(server: CoapServer) {
    this.#server = server;
  }

  /** Rejects when the address cannot be bound. */
  static async start({ plan, listener, est, ...options }: BootstrapServerOptions): Promise<BootstrapServer> {
    const bootstrap = new BootstrapInterface(plan, nodeTimers, listener);
    return new BootstrapServer(
      await CoapServer.start(
        options,
        async (request, association) =>
          (await est?.handle(request, association)) ?? bootstrap.handle(request, association),
      ),
    );
  }

  get uri(): string {
    return this.#server.uri;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
