import type { Association } from "../association/association.ts";
import { EstError } from "./est-error.ts";

export interface SessionDemands {
  /**
   * Lets EST run over a session by pre-shared key, which RFC 9148 §3 does not: some bootstrap servers are reached so. The
   * server then is whoever knows the key.
   */
  readonly allowPreSharedKey?: boolean;
}

/** Throws EstError "EST_SESSION_UNFIT". */
export function demandFitSession({ session, peer }: Association, { allowPreSharedKey }: SessionDemands): void {
  if (!session) throw unfit(`the session with ${peer} is not secured; EST needs coaps`);
  if (session.peerChain.length > 0 || allowPreSharedKey) return;
  throw unfit(`the server at ${peer} showed no certificate; EST by pre-shared key needs est.allowPreSharedKey`);
}

function unfit(message: string): EstError {
  return new EstError("EST_SESSION_UNFIT", message);
}
