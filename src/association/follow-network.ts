import { CodedError, describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import type { Network } from "../util/network.ts";
import type { CoapAssociation } from "./coap-association.ts";
import type { MovablePath } from "./movable-path.ts";

/**
 * Our address went, as when a modem dials in anew: what is sent from it is lost. With a Connection ID of the peer's in our
 * records (RFC 9146 §6) the association goes on from another address, and a ping tells the peer where we are; without one
 * it is given up at once with "ADDRESS_GONE", where waiting for an answer would take a minute and a half.
 */
export function followNetwork(
  association: CoapAssociation,
  path: MovablePath,
  { network, logger }: { readonly network: Network; readonly logger: Logger },
): void {
  const canMove = (association.session?.connectionIds?.peer.length ?? 0) > 0;
  const unfollow = network.onChange?.((has) => {
    const { localAddress } = path;
    if (localAddress === undefined || has(localAddress)) return;
    if (canMove) void move(association, path, network, logger);
    else association.abandon(new CodedError("ADDRESS_GONE", `our address ${localAddress} is gone`));
  });
  if (unfollow) association.onClosed(unfollow);
}

/** Where there is no way yet the next change is the next chance. */
async function move(association: CoapAssociation, path: MovablePath, network: Network, logger: Logger): Promise<void> {
  const { peer } = association;
  try {
    path.moveTo(await network.open(path.peer));
    logger.info("our address is another one now, and the session goes on", { peer, address: path.localAddress ?? "" });
    await association.endpoint.ping();
  } catch (error) {
    logger.debug("after a change of our address", { peer, reason: describeError(error) });
  }
}
