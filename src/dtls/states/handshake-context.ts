import type { Need } from "../connection.ts";
import type { HandshakeType } from "../handshake/handshake-type.ts";
import type { Transcript } from "../handshake/transcript.ts";
import type { AskOptions, Pending } from "../needs.ts";
import type { ConnectionIds } from "../record/connection-ids.ts";
import type { TrafficKeys } from "../record/record-protection.ts";
import type { ResumableSession } from "../resumable-session.ts";
import type { DtlsPorts, Settings } from "../settings.ts";
import type { Negotiated } from "./negotiated.ts";

/** What a state can do to the world around it. */
export interface HandshakeContext {
  readonly settings: Settings;
  readonly ports: DtlsPorts;
  readonly transcript: Transcript;
  /** Time of the input that is being handled. */
  readonly now: number;
  /** Asks for something that the handshake cannot do itself. */
  ask<T>(need: Need, options: AskOptions<T>): Pending<T>;
  /** Adds a message to the flight being made, and to the transcript. */
  add(type: HandshakeType, body: Uint8Array): void;
  /** Adds ChangeCipherSpec: what is added after it goes out under the keys. */
  addChangeCipherSpec(): void;
  /** Sends what was added, and sends it again until the peer answers. `last`: the peer has nothing to answer. */
  sendFlight(options?: { last: boolean }): void;
  installKeys(keys: { readonly read: TrafficKeys; readonly write: TrafficKeys }): void;
  /** Protected records carry them from now on. */
  useConnectionIds(ids: ConnectionIds): void;
  /** The handshake is over and authentic. */
  connected(outcome: HandshakeOutcome): void;
}

export interface HandshakeOutcome {
  readonly negotiated: Negotiated;
  readonly peerChain: readonly Uint8Array[];
  readonly peerIdentity?: Uint8Array;
  readonly tlsUnique: Uint8Array;
  /** The handshake was abbreviated. */
  readonly resumed: boolean;
  readonly resumable?: ResumableSession;
}
