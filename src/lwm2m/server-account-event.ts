/** Where a server account is. Exactly one at a time. */
export type ServerAccountState =
  | "stopped"
  | "connecting"
  | "registering"
  | "registered"
  | "updating"
  /** In queue mode: not to be reached. */
  | "asleep"
  /** After a failure, until the next attempt. */
  | "waiting"
  /** All attempts that the server allows are used up, or it will not have us. */
  | "given-up"
  /** Without a network by our own choice. */
  | "offline"
  | "disabled"
  | "deregistering";

/** Bytes of datagrams since the association was made, where the association counts them. */
export interface TrafficTotals {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What happens to a server account, in order. `reason` is for people: one clause. */
export type ServerAccountEvent =
  | { readonly type: "connecting"; readonly reason: string; readonly attempt: number }
  | { readonly type: "connected"; readonly peer: string; readonly milliseconds: number }
  | {
      readonly type: "registered";
      readonly reason: string;
      readonly location: readonly string[];
      readonly version: string;
      readonly milliseconds: number;
      /** Of the Register exchange alone. */
      readonly traffic?: TrafficTotals;
    }
  /** The registration goes on over a new association in the same security context; an Update follows. */
  | { readonly type: "resumed"; readonly reason: string }
  | { readonly type: "updated"; readonly reason: string; readonly location: readonly string[] }
  | { readonly type: "deregistered"; readonly reason: string }
  | { readonly type: "disabled"; readonly reason: string; readonly milliseconds: number }
  /** The registration or the association is lost; a new attempt follows. */
  | { readonly type: "lost"; readonly reason: string; readonly error?: Error }
  /** Connecting or registering failed; `milliseconds` until the next attempt. */
  | {
      readonly type: "retrying";
      readonly reason: string;
      readonly error: Error;
      readonly attempt: number;
      readonly milliseconds: number;
      /** The last attempt of a communication sequence: whoever waits for this server goes on without it. */
      readonly sequenceEnded?: boolean;
    }
  /** No attempt follows before `resume`: all are used up, or the server will not have us. */
  | { readonly type: "given-up"; readonly reason: string; readonly error: Error }
  /** In queue mode: until an Update is due or there is something to tell. */
  | { readonly type: "asleep"; readonly reason: string }
  | { readonly type: "offline"; readonly reason: string }
  | { readonly type: "observing"; readonly path: string }
  | { readonly type: "observation-ended"; readonly path: string; readonly reason: string }
  | { readonly type: "notified"; readonly path: string; readonly confirmable: boolean }
  | { readonly type: "stopped"; readonly reason: string };

/** A snapshot for `status` output. Times are MonotonicClock milliseconds. */
export interface ServerAccountStatus {
  readonly shortServerId: number;
  readonly state: ServerAccountState;
  /** Why the state was entered. */
  readonly reason: string;
  readonly since: number;
  readonly peer?: string;
  readonly location?: readonly string[];
  readonly registeredAt?: number;
  readonly nextUpdateAt?: number;
  readonly nextAttemptAt?: number;
  readonly lastError?: Error;
  readonly observations: readonly string[];
}
