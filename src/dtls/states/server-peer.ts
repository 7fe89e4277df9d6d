import type { Negotiated } from "./negotiated.ts";
import type { PeerCertificate } from "./peer-certificate.ts";

/** What the server knows of the client: its certificate, its PSK identity, or nothing. */
export interface ServerPeer {
  readonly negotiated: Negotiated;
  readonly certificate?: PeerCertificate;
  readonly identity?: Uint8Array;
}
