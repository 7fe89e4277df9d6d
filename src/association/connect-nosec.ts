import type { RequestHandler } from "../coap/exchange.ts";
import { addressText } from "../util/network.ts";
import { CoapAssociation } from "./coap-association.ts";
import type { ConnectPorts } from "./connect-ports.ts";
import { CountedPath } from "./counted-path.ts";
import { followNetwork } from "./follow-network.ts";
import { MovablePath } from "./movable-path.ts";
import { PathTransport } from "./path-transport.ts";
import { pingFirst } from "./ping-first.ts";
import type { ServerUri } from "./server-uri.ts";
import { type Attempt, tryAddresses } from "./try-addresses.ts";

/**
 * A plain association. There is no handshake to show that an address works: with more than one, each but the last is
 * pinged first (RFC 7252 §4.3).
 */
export function connectNosec(
  uri: ServerUri,
  handle: RequestHandler,
  ports: ConnectPorts,
  signal: AbortSignal,
): Promise<CoapAssociation> {
  return tryAddresses(uri, ports, signal, (attempt) => open(attempt, handle, ports));
}

async function open(attempt: Attempt, handle: RequestHandler, ports: ConnectPorts): Promise<CoapAssociation> {
  const path = new MovablePath(attempt.path);
  const { clock, timers, entropy, logger, coapParameters: parameters } = ports;
  const traffic = new CountedPath(path);
  const peer = addressText(path.peer);
  const transport = new PathTransport(traffic);
  path.onHint((hint) => ports.onHint?.(peer, hint));
  const options = { transport, handle, peer, traffic, clock, timers, entropy, logger };
  const association = new CoapAssociation({ ...options, ...(parameters && { parameters }) });
  followNetwork(association, path, ports);
  return attempt.last ? association : pingFirst(association);
}
