import type { Logger } from "../../util/log.ts";
import type { MonotonicClock, Timers } from "../../util/time.ts";
import type { ServerInstance } from "../objects/server-instance.ts";
import type { AssociationFactory } from "../ports/association-factory.ts";
import type { ServerAccountEvent } from "../server-account-event.ts";
import type { ServerSession } from "../server-session.ts";
import type { AccountRetry } from "./account-retry.ts";
import type { QueueMode } from "./queue-mode.ts";
import type { Registrar } from "./registrar.ts";
import type { Registration } from "./registration.ts";
import type { RegistrationMachine } from "./registration-machine.ts";
import type { WakeUps } from "./wake-ups.ts";

export interface RegistrationCycleOptions {
  readonly server: ServerInstance;
  readonly associations: AssociationFactory;
  readonly session: ServerSession;
  readonly registrar: Registrar;
  readonly machine: RegistrationMachine;
  readonly wakeUps: WakeUps;
  readonly retry: AccountRetry;
  readonly queueMode: QueueMode;
  /** Of an earlier run: good if its security context is. */
  readonly restored?: Registration;
  /** Aborted when the account is told to stop. */
  readonly signal: AbortSignal;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly logger: Logger;
  beforeContact(): Promise<boolean>;
  canBootstrap(): boolean;
  emit(event: ServerAccountEvent): void;
}
