import type { Logger } from "../util/log.ts";
import { addressText, type DatagramPath, type Network, type PeerAddress } from "../util/network.ts";
import { AssociationError, type FailedAddress } from "./association-error.ts";
import { failedEverywhere } from "./failed-addresses.ts";
import type { ServerUri } from "./server-uri.ts";

export interface Attempt {
  readonly path: DatagramPath;
  /** Nothing is left to try after this one: there is nothing to gain by giving up early. */
  readonly last: boolean;
  readonly signal: AbortSignal;
}

/**
 * Tries the addresses of a server in order until one works. The attempt owns its path. Rejects with an
 * AssociationError that lists every address with its reason, or with the resolver's CodedError.
 */
export async function tryAddresses<T>(
  uri: ServerUri,
  { network, logger }: { readonly network: Network; readonly logger: Logger },
  signal: AbortSignal,
  attempt: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const addresses = await network.resolve(uri.host, uri.port);
  const failed: FailedAddress[] = [];
  for (const [i, address] of addresses.entries()) {
    if (signal.aborted) break;
    try {
      return await attempt({ path: await network.open(address), last: i === addresses.length - 1, signal });
    } catch (error) {
      failed.push(failure(address, error));
      logger.debug("address failed", { server: uri.text, address: addressText(address), reason: String(error) });
    }
  }
  if (signal.aborted) throw new AssociationError("CANCELLED", `connecting to ${uri.text} was cancelled`);
  throw failedEverywhere(uri, failed);
}

function failure(address: PeerAddress, error: unknown): FailedAddress {
  return { address, error: error instanceof Error ? error : new Error(String(error)) };
}
