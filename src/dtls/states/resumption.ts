import { chainBytes, maxPeerChainBytes, type ResumableSession } from "../resumable-session.ts";
import type { HandshakeOutcome } from "./handshake-context.ts";
import type { Negotiated } from "./negotiated.ts";

/** Whom the handshake proved, and by which identity of a pre-shared key. */
export interface ProvenPeer {
  readonly peerChain: readonly Uint8Array[];
  readonly pskIdentity?: Uint8Array;
}

/**
 * What lets a later handshake be abbreviated; undefined when the server gave no session id, when the master secret is
 * not bound to this handshake (RFC 7627 §5.3), or when there is too much to keep.
 */
export function resumableAfter(
  { suite, sessionId, serverName, extendedMasterSecret }: Negotiated,
  masterSecret: Uint8Array,
  { peerChain, pskIdentity }: ProvenPeer,
): Pick<HandshakeOutcome, "resumable"> {
  if (sessionId.length === 0 || !extendedMasterSecret || chainBytes(peerChain) > maxPeerChainBytes) return {};
  const resumable: ResumableSession = {
    sessionId: sessionId.slice(),
    masterSecret,
    cipherSuite: suite.id,
    ...(serverName === undefined ? {} : { serverName }),
    ...(pskIdentity && { pskIdentity }),
    peerChain,
  };
  return { resumable };
}
