import type { CipherSuite } from "../cipher-suites.ts";

/** What the two hellos agreed on. */
export interface Negotiated {
  readonly suite: CipherSuite;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly extendedMasterSecret: boolean;
}
