import type { RequestHandler } from "../coap/exchange.ts";
import type { Credential } from "../credentials/ports/credential.ts";
import { DtlsClient, type DtlsClientConfig } from "../dtls/client.ts";
import type { ResumableSession } from "../dtls/resumable-session.ts";
import type { DtlsConfig } from "../dtls/settings.ts";
import { addressText } from "../util/network.ts";
import { CoapAssociation } from "./coap-association.ts";
import type { ConnectPorts } from "./connect-ports.ts";
import { CountedPath } from "./counted-path.ts";
import { followNetwork } from "./follow-network.ts";
import { MovablePath } from "./movable-path.ts";
import type { HandshakeParties } from "./need-answers.ts";
import type { ServerUri } from "./server-uri.ts";
import { shakeHands } from "./shake-hands.ts";
import { type Attempt, tryAddresses } from "./try-addresses.ts";

export interface DtlsTarget {
  readonly uri: ServerUri;
  readonly parties: HandshakeParties;
  /** The name to ask for, instead of the URI's host. */
  readonly serverName?: string;
  readonly dtls?: DtlsConfig;
  /** Offered to the server; whether it was taken is `session.resumed`. */
  readonly resume?: ResumableSession;
}

/** What goes into SNI: an address does not (RFC 6066 §3). */
export function serverNameOf({ uri, serverName }: DtlsTarget): string | undefined {
  return serverName ?? (uri.literal ? undefined : uri.host);
}

/** An association below DTLS, its handshake done. Rejects as `tryAddresses` does. */
export function connectDtls(
  target: DtlsTarget,
  handle: RequestHandler,
  ports: ConnectPorts,
  signal: AbortSignal,
): Promise<CoapAssociation> {
  return tryAddresses(target.uri, ports, signal, (attempt) => establish(target, attempt, handle, ports));
}

async function establish(
  target: DtlsTarget,
  attempt: Attempt,
  handle: RequestHandler,
  ports: ConnectPorts,
): Promise<CoapAssociation> {
  const { clock, timers, entropy, logger, coapParameters: parameters } = ports;
  const path = new MovablePath(attempt.path);
  const traffic = new CountedPath(path);
  const client = new DtlsClient(clientConfig(target), ports);
  client.start(clock.now());
  // With a session there is another attempt to come, without: no need to wait as long as for the last one.
  const last = attempt.last && !target.resume;
  const { transport, session } = await shakeHands(client, target.parties, { ...attempt, path: traffic, last }, ports);
  const peer = addressText(attempt.path.peer);
  const options = { transport, handle, peer, session, traffic, clock, timers, entropy, logger };
  const association = new CoapAssociation({ ...options, ...(parameters && { parameters }) });
  followNetwork(association, path, ports);
  return association;
}

/** Which suites are offered follows from the credential. */
function clientConfig(target: DtlsTarget): DtlsClientConfig {
  const { credential } = target.parties;
  const serverName = serverNameOf(target);
  const { dtls, resume } = target;
  return {
    ...dtls,
    ...(serverName !== undefined && { serverName }),
    ...(resume && { resume }),
    ...pskIdentity(credential),
    externalKeyAgreement: credential.keyAgreement !== undefined,
    ...(credential.keyAgreement && { groups: credential.keyAgreement.groups }),
  };
}

function pskIdentity(credential: Credential): Pick<DtlsClientConfig, "pskIdentity"> {
  return credential.kind === "psk" ? { pskIdentity: credential.preSharedKey.identity } : {};
}
