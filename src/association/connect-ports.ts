import type { CoapParameters } from "../coap/parameters.ts";
import type { Entropy, EphemeralKeys } from "../crypto/ports.ts";
import type { Logger } from "../util/log.ts";
import type { Network } from "../util/network.ts";
import type { MonotonicClock, Timers } from "../util/time.ts";

/** What connecting to a server needs from outside. */
export interface ConnectPorts {
  readonly network: Network;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly ephemeralKeys: EphemeralKeys;
  readonly logger: Logger;
  /** Told what the network says of a peer that has not answered yet; ICMP is a hint and no more. */
  onHint?(peer: string, hint: Error): void;
  readonly coapParameters?: Partial<CoapParameters>;
}
