import type { CsrAttribute } from "../csr-attributes.ts";

/** One record; a new one replaces the old one whole or not at all, and is durable when `save` resolves. */
export interface EnrolmentStore {
  load(): Promise<Uint8Array | undefined>;
  save(record: Uint8Array): Promise<void>;
  /** What was loaded last is of no use: `load` gives the one before it from now on. Absent: none is kept. */
  setAside?(reason: string): Promise<void>;
}

/** What an enrolment asks of an EstClient. */
export interface EstService {
  readonly root: readonly string[] | undefined;
  caCertificates(signal?: AbortSignal): Promise<readonly Uint8Array[]>;
  csrAttributes(signal?: AbortSignal): Promise<readonly CsrAttribute[]>;
  enrol(csr: Uint8Array, signal?: AbortSignal): Promise<readonly Uint8Array[]>;
  reenrol(csr: Uint8Array, signal?: AbortSignal): Promise<readonly Uint8Array[]>;
}

export interface EstSession {
  readonly service: EstService;
  /** The server's chain (DER), leaf first; empty where it showed none. */
  readonly peerChain: readonly Uint8Array[];
  /** The server's name, where its chain must be one that the set of CA certificates vouches for. Absent: not checked. */
  readonly serverName?: string;
  /** What a CSR of this session carries to be linked to it: see channelBindingChallenge. Absent: no such link. */
  readonly challenge?: string;
  /** Ends it; one that belongs to somebody else, as a bootstrap session does, is left open. */
  close(): Promise<void>;
}

/** Who we are in a session with the EST server. */
export type EstIdentity =
  | { readonly kind: "operational"; readonly slot: number; readonly chain: readonly Uint8Array[] }
  /** The credential that came with the device. */
  | { readonly kind: "bootstrap" };

export interface EstConnector {
  /**
   * Rejects with a CodedError; one that has a DTLS alert of the certificate kind in its causes means that the server
   * refused this identity.
   */
  open(identity: EstIdentity, root: readonly string[] | undefined, signal: AbortSignal): Promise<EstSession>;
}

/** Tries a new credential where it will be used. */
export interface CredentialProver {
  /** Makes a whole handshake with the server and closes it. Rejects as EstConnector.open does. */
  prove(slot: number, chain: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
}
