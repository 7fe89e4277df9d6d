import { AlertDescription } from "../alert.ts";
import { type CipherSuite, usesCertificates } from "../cipher-suites.ts";
import { DtlsError } from "../dtls-error.ts";
import type { ResumableSession } from "../resumable-session.ts";
import { addFinished } from "./finished-check.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { HandshakeState } from "./handshake-state.ts";
import type { ClientOfferInCommon } from "./server-client-offer.ts";
import { ServerExpectResumedFinished } from "./server-expect-resumed-finished.ts";
import { addServerHello } from "./server-hello.ts";
import { negotiate } from "./server-negotiate.ts";
import type { ServerPolicy } from "./server-policy.ts";
import { installKeys } from "./traffic-keys.ts";

/**
 * The abbreviated handshake (RFC 5246 §7.3), when the client offers a session that we know and that fits; undefined:
 * a full one. Nothing is asked of anybody: whom the session belongs to was proven when it was made.
 */
export function resumeSession(
  policy: ServerPolicy,
  offer: ClientOfferInCommon,
  context: HandshakeContext,
): HandshakeState | undefined {
  const session = offer.sessionId.length > 0 ? policy.sessions?.find(offer.sessionId, context.now) : undefined;
  const suite = session && fittingSuite(session, policy, offer);
  if (!session || !suite) return undefined;
  checkExtendedMasterSecret(offer);
  const negotiated = negotiate(policy, offer, { suite, sessionId: session.sessionId }, context);
  context.transcript.release();
  addServerHello(negotiated, offer, context);
  installKeys(context, "server", negotiated, session.masterSecret);
  const tlsUnique = addFinished(context, "server", session.masterSecret);
  context.sendFlight();
  return new ServerExpectResumedFinished(session, { negotiated, tlsUnique });
}

/** Whatever changed since the full handshake, a full handshake sorts it out. */
function fittingSuite(
  { cipherSuite, serverName, peerChain }: ResumableSession,
  { requestClientCertificate }: ServerPolicy,
  offer: ClientOfferInCommon,
): CipherSuite | undefined {
  if (serverName !== offer.serverName) return undefined;
  const suite = offer.suites.find(({ id }) => id === cipherSuite);
  const unproven = requestClientCertificate && peerChain.length === 0;
  return suite && usesCertificates(suite) && unproven ? undefined : suite;
}

/** Our sessions have it; a client that gave it up is under attack or broken (RFC 7627 §5.3). */
function checkExtendedMasterSecret({ extendedMasterSecret }: ClientOfferInCommon): void {
  if (extendedMasterSecret) return;
  throw new DtlsError("PEER_MISBEHAVED", "the client resumes a session without its extended_master_secret", {
    alert: AlertDescription.handshake_failure,
  });
}
