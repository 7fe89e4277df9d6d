import { AlertDescription } from "../alert.ts";
import { DtlsError } from "../dtls-error.ts";
import type { ResumableSession } from "../resumable-session.ts";
import { ClientExpectResumedFinished } from "./client-expect-resumed-finished.ts";
import type { HandshakeContext } from "./handshake-context.ts";
import type { HandshakeState } from "./handshake-state.ts";
import type { Negotiated } from "./negotiated.ts";
import { installKeys } from "./traffic-keys.ts";

/** The server took the session that was offered: new keys from the old master secret (RFC 5246 §7.3). */
export function resumeSession(
  session: ResumableSession,
  negotiated: Negotiated,
  context: HandshakeContext,
): HandshakeState {
  if (negotiated.suite.id !== session.cipherSuite) {
    throw new DtlsError("PEER_MISBEHAVED", `the server resumed a session with another suite, ${negotiated.suite.name}`);
  }
  if (!negotiated.extendedMasterSecret) {
    throw new DtlsError("PEER_MISBEHAVED", "the server resumed a session without its extended_master_secret", {
      alert: AlertDescription.handshake_failure,
    });
  }
  context.transcript.release();
  installKeys(context, "client", negotiated, session.masterSecret);
  return new ClientExpectResumedFinished(session, negotiated);
}
