import type { Association } from "../../association/association.ts";
import type { RequestHandler } from "../../coap/exchange.ts";

/** How a server account gets to its server: name resolution, path and handshake are below. */
export interface AssociationFactory {
  /**
   * Resolves once the association is established; `handle` then answers the server's requests. Rejects with a
   * CodedError that says why: name not found, no answer, handshake refused, card away. `signal` gives up early.
   */
  connect(handle: RequestHandler, signal: AbortSignal): Promise<Association>;
}
