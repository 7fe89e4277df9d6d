import type { DtlsSession, HandshakeFigures } from "./connection.ts";
import type { HandshakeOutcome } from "./states/handshake-context.ts";

/** The public view of a finished handshake. */
export function describeSession(outcome: HandshakeOutcome, handshake: HandshakeFigures): DtlsSession {
  const { negotiated, peerChain, peerIdentity, tlsUnique, resumed, resumable } = outcome;
  const { connectionIds } = negotiated;
  return {
    cipherSuite: negotiated.suite.id,
    cipherSuiteName: negotiated.suite.name,
    extendedMasterSecret: negotiated.extendedMasterSecret,
    peerChain,
    ...(peerIdentity ? { peerIdentity } : {}),
    tlsUnique,
    resumed,
    ...(resumable && { resumable }),
    ...(connectionIds && { connectionIds }),
    handshake,
  };
}
