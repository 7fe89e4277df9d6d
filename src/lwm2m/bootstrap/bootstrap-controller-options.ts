import type { Association } from "../../association/association.ts";
import type { Entropy } from "../../crypto/ports.ts";
import type { Logger } from "../../util/log.ts";
import type { RetryPolicy } from "../../util/retry-schedule.ts";
import type { MonotonicClock, Timers, WallClock } from "../../util/time.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import type { AssociationFactory } from "../ports/association-factory.ts";
import type { BootstrapEvent } from "./bootstrap-event.ts";
import type { ReadCard } from "./card-reading.ts";
import type { ConfigurableObjects } from "./configurable-object.ts";
import type { Configuration } from "./configuration.ts";
import type { ConsistencyPolicy } from "./consistency.ts";
import type { BootstrapStore, SavedBootstrap } from "./saved-bootstrap.ts";
import type { SecuritySettings } from "./security-settings.ts";

export interface BootstrapControllerOptions {
  readonly endpointName: string;
  /** "1.1" when absent; 1.2 asks for a pack first. */
  readonly version?: LwM2mVersion;
  /** The Content-Format that a bootstrap server is asked to write in; SenML CBOR when absent. */
  readonly preferredFormat?: number;
  readonly objects: ConfigurableObjects;
  readonly policy: ConsistencyPolicy;
  readonly store: BootstrapStore;
  /** Runs a change of the objects alone: servers write to them too. At once when absent. */
  exclusive?<T>(change: () => Promise<T>): Promise<T>;
  /** From the last run; its configuration is in the objects already. */
  readonly saved?: Omit<SavedBootstrap, "configuration">;
  /** Absent: a device without smart-card bootstrap. */
  readonly readCard?: ReadCard;
  /** What the device was made with; used when there is no account at all. */
  readonly factory?: Configuration;
  /** The way to a bootstrap server. May throw a CodedError. */
  associations(account: SecuritySettings): AssociationFactory;
  /** Work over the association before Bootstrap-Request. */
  beforehand?(association: Association): Promise<void>;
  /** Work over the association with the bootstrap server after a success, such as enrolment. */
  afterwards?(association: Association): Promise<void>;
  /** Between bootstraps that fail; 10 s, doubling up to an hour, with half of it jitter, when absent. */
  readonly retry?: RetryPolicy;
  readonly clock: MonotonicClock;
  readonly wallClock: WallClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  /** Must not throw. */
  readonly onEvent: (event: BootstrapEvent) => void;
}
