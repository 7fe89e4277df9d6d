import type { PeerVerdict } from "../credentials/ports/certificate-verifier.ts";
import type { MasterSecretInput } from "../credentials/ports/pre-shared-key.ts";
import type { NamedGroup } from "../crypto/ports.ts";
import type { SignatureScheme } from "../crypto/signature-scheme.ts";
import type { DtlsError } from "./dtls-error.ts";
import type { ConnectionIds } from "./record/connection-ids.ts";
import type { ResumableSession } from "./resumable-session.ts";

/**
 * A DTLS endpoint as a function of bytes and time: no sockets, no clock, no keys inside. The caller
 * - gives it datagrams (`handleDatagram`) and the time (`handleTime`, when `nextDeadline` has come),
 * - after every call takes what it wants sent (`nextDatagram` until undefined), its events (`nextEvent` until undefined)
 *   and its next deadline,
 * - answers each need once with `resume` or `refuse`; a late answer to a cancelled or unknown id is dropped.
 * All times are milliseconds of one monotonic clock. No method throws because of what a peer sent.
 */
export interface DtlsConnection {
  handleDatagram(datagram: Uint8Array, now: number): void;
  handleTime(now: number): void;
  nextDatagram(): Uint8Array | undefined;
  nextDeadline(): number | undefined;
  nextEvent(): DtlsEvent | undefined;
  resume(id: number, answer: NeedAnswer, now: number): void;
  refuse(id: number, error: Error, now: number): void;
  /** Protects and queues application data; throws DtlsError "NOT_CONNECTED" outside an established session. */
  send(plaintext: Uint8Array): void;
  /** Queues close_notify when established, ends the connection and cancels open needs. */
  close(now: number): void;
}

/** What the handshake cannot do itself; each is resumed once with the answer of the same `kind`. */
export type Need =
  /** The own credential, as the peer's CertificateRequest (client) or ClientHello (server) allows. */
  | { readonly kind: "chooseCredential"; readonly schemes: readonly SignatureScheme[]; readonly serverName?: string }
  /** The peer's chain (DER, leaf first; empty when a client sent none). */
  | { readonly kind: "validatePeer"; readonly chain: readonly Uint8Array[] }
  /** Only asked when the credential brings its own key agreement; otherwise EphemeralKeys are used inside. */
  | { readonly kind: "agreeKey"; readonly group: NamedGroup; readonly peerPublicKey: Uint8Array }
  /** `identity`: the peer's psk_identity in the server role, the chosen one in the client role. */
  | { readonly kind: "deriveMasterSecret"; readonly identity: Uint8Array; readonly input: MasterSecretInput }
  | { readonly kind: "sign"; readonly scheme: SignatureScheme; readonly message: Uint8Array };

export type NeedAnswer =
  | {
      readonly kind: "chooseCredential";
      /** DER, leaf first. Absent: no certificate (client role: an empty Certificate message). */
      readonly chain?: readonly Uint8Array[];
      /** SubjectPublicKeyInfo of the own key: every signature is verified with it before use. */
      readonly publicKey?: Uint8Array;
      readonly schemes?: readonly SignatureScheme[];
    }
  | { readonly kind: "validatePeer"; readonly verdict: PeerVerdict }
  | { readonly kind: "agreeKey"; readonly publicKey: Uint8Array; readonly sharedSecret: Uint8Array }
  | { readonly kind: "deriveMasterSecret"; readonly masterSecret: Uint8Array }
  | { readonly kind: "sign"; readonly signature: Uint8Array };

export type DtlsEvent =
  | { readonly type: "need"; readonly id: number; readonly need: Need; readonly deadline: number }
  /** The answer is no longer wanted. */
  | { readonly type: "needCancelled"; readonly id: number }
  | { readonly type: "connected"; readonly session: DtlsSession }
  | { readonly type: "data"; readonly plaintext: Uint8Array }
  /** The last event. `error` is absent when we or the peer closed in order. */
  | { readonly type: "closed"; readonly error?: DtlsError };

/** What is known of an established session. */
export interface DtlsSession {
  readonly cipherSuite: number;
  readonly cipherSuiteName: string;
  readonly extendedMasterSecret: boolean;
  /** The peer's chain as received, of a resumed session as the full handshake had it; empty for PSK. */
  readonly peerChain: readonly Uint8Array[];
  /** Server role: the client's psk_identity. */
  readonly peerIdentity?: Uint8Array;
  /** verify_data of the first Finished of the handshake: the client's, or the server's when resumed (tls-unique, RFC 5929 §3). */
  readonly tlsUnique: Uint8Array;
  /** The handshake was abbreviated: nothing was signed or validated anew, the peer is who it was (RFC 5246 §7.3). */
  readonly resumed: boolean;
  /** Secret. For a later handshake; of a resumed session the very one it was resumed with. Absent: the peer does not resume. */
  readonly resumable?: ResumableSession;
  /** There when connection_id was negotiated (RFC 9146); a non-empty `peer` lets our address change. */
  readonly connectionIds?: ConnectionIds;
  readonly handshake: HandshakeFigures;
}

/** Counted from the first ClientHello to `connected`, UDP payload bytes. */
export interface HandshakeFigures {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly datagramsSent: number;
  readonly datagramsReceived: number;
  readonly milliseconds: number;
}
