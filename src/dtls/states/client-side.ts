import type { Negotiated } from "./negotiated.ts";

/** What the session will say of the two sides. */
export interface ClientSide {
  readonly negotiated: Negotiated;
  readonly peerChain: readonly Uint8Array[];
  /** The own one, in suites with a pre-shared key. */
  readonly pskIdentity?: Uint8Array;
}
