import type { Entropy } from "../crypto/ports.ts";
import type { Logger } from "../util/log.ts";
import type { RetryPolicy } from "../util/retry-schedule.ts";
import type { MonotonicClock, Timers, WallClock } from "../util/time.ts";
import type { AccountState } from "./account-state.ts";
import type { AccessControl } from "./data-model/access-control.ts";
import type { DataModel } from "./data-model/data-model.ts";
import type { LwM2mVersion } from "./model/lwm2m-version.ts";
import type { ServerInstance } from "./objects/server-instance.ts";
import type { AssociationFactory } from "./ports/association-factory.ts";
import type { QueueModePolicy } from "./registration/queue-mode.ts";
import type { ServerAccountEvent } from "./server-account-event.ts";

export interface ServerAccountOptions {
  readonly endpointName: string;
  /** Lifetime, binding and default periods are taken from here and followed when they change. */
  readonly server: ServerInstance;
  readonly dataModel: DataModel;
  readonly associations: AssociationFactory;
  /** "1.1" when absent. An older one is tried when the server answers 4.12. */
  readonly version?: LwM2mVersion;
  /** LwM2M 1.2: sent instead of the list of objects, which follows when the server does not know the profile. */
  readonly profileId?: string;
  /** Path and query items of the server URI, which precede ours (OMA LwM2M Transport 1.2 §6.4). */
  readonly uriPath?: readonly string[];
  readonly uriQuery?: readonly string[];
  /** Full access when absent: right for a device with one server. */
  readonly access?: AccessControl;
  /** Where none of /1/x/17 to 20 is there: without end. Absent: their defaults, or `patientRetry` in a 1.0 registration. */
  readonly retry?: RetryPolicy;
  /** By which share of it a wait between attempts is lengthened at most; 1 when absent. */
  readonly retryJitter?: number;
  readonly queueMode?: QueueModePolicy;
  /** What an earlier run of this account saved. */
  readonly saved?: AccountState;
  /** Called after changes, one call at a time; requests that change something are answered when it resolves. Must not reject. */
  save?(state: AccountState): Promise<void>;
  /** Whether a bootstrap server would be asked now if registration failed; never, when absent. */
  canBootstrap?(): boolean;
  /** Asked before every attempt to connect, Register and Update; false: the account is about to be changed or stopped. */
  beforeContact?(): Promise<boolean>;
  readonly clock: MonotonicClock;
  /** For the times of values that could not be told when they were new; relative times when absent. */
  readonly wallClock?: WallClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly onEvent?: (event: ServerAccountEvent) => void;
}
