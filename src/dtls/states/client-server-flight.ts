import type { NamedGroup } from "../../crypto/ports.ts";
import type { SignatureScheme } from "../../crypto/signature-scheme.ts";
import type { Pending } from "../needs.ts";
import type { ClientOffer } from "./client-offer.ts";
import type { Negotiated } from "./negotiated.ts";
import type { OwnCredential } from "./own-credential.ts";
import type { PeerCertificate } from "./peer-certificate.ts";

/** What the client knows once the server's flight is complete; which parts are there depends on the suite. */
export interface ServerFlight {
  readonly offer: ClientOffer;
  readonly negotiated: Negotiated;
  readonly identity?: ServerIdentity;
  readonly keyShare?: KeyShare;
  /** There when the server asked for a certificate. */
  readonly credential?: Pending<OwnCredential | "none">;
}

/** The server's certificate and the signature over its key share that proves the key. */
export interface ServerIdentity {
  readonly certificate: PeerCertificate;
  readonly scheme: SignatureScheme;
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** The server's ephemeral public key. */
export interface KeyShare {
  readonly group: NamedGroup;
  readonly publicKey: Uint8Array;
}
