import type { HandshakeContext } from "./handshake-context.ts";
import type { Negotiated } from "./negotiated.ts";
import type { ClientOfferInCommon } from "./server-client-offer.ts";
import type { ServerPolicy } from "./server-policy.ts";

/** What ServerHello will say: the client's offer, our policy and what was decided, put together. */
export function negotiate(
  policy: ServerPolicy,
  offer: ClientOfferInCommon,
  decided: Pick<Negotiated, "suite" | "sessionId">,
  context: HandshakeContext,
): Negotiated {
  const { clientRandom, extendedMasterSecret, serverName, connectionId: peer } = offer;
  const { connectionId: own } = policy;
  return {
    ...decided,
    clientRandom,
    serverRandom: context.ports.entropy.randomBytes(32),
    extendedMasterSecret,
    ...(serverName === undefined ? {} : { serverName }),
    ...(own && peer && { connectionIds: { own, peer } }),
  };
}
