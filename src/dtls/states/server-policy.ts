import type { SessionCache } from "../session-cache.ts";

/** What the server role does beyond what both roles have in common. */
export interface ServerPolicy {
  /** Certificate suites are accepted. */
  readonly certificates: boolean;
  /** PSK suites are accepted. */
  readonly psk: boolean;
  /** psk_identity_hint (RFC 4279 §5.2). */
  readonly pskIdentityHint: Uint8Array;
  /** In a certificate suite the client must show a certificate. */
  readonly requestClientCertificate: boolean;
  /** Absent: every handshake is a full one. */
  readonly sessions?: SessionCache;
  /** What a client that knows RFC 9146 has to put in its records; absent: the extension is not answered. */
  readonly connectionId?: Uint8Array;
}
