import type { CipherSuite } from "../cipher-suites.ts";
import type { ConnectionIds } from "../record/connection-ids.ts";

/** What the two hellos agreed on. */
export interface Negotiated {
  readonly suite: CipherSuite;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly extendedMasterSecret: boolean;
  /** The server's; empty: this session will not be resumed. */
  readonly sessionId: Uint8Array;
  /** The name that the client asked for. */
  readonly serverName?: string;
  /** There when connection_id was negotiated. */
  readonly connectionIds?: ConnectionIds;
}
