import type { EnrolmentPlan } from "../../est/enrolment/enrolment.ts";
import type { AttemptMode } from "../../est/enrolment/enrolment-record.ts";
import type { EnrolmentStatus } from "../../est/enrolment/enrolment-status.ts";
import type { RenewalDecision } from "../../est/enrolment/renewal-decision.ts";
import type { ValueType } from "../../formats/values.ts";
import type { BootstrapStatus } from "../../lwm2m/bootstrap/bootstrap-controller.ts";
import type { NotificationAttributes } from "../../lwm2m/data-model/notification-attributes.ts";
import type { ObservationStatus } from "../../lwm2m/observation/server-observations.ts";
import type { ServerAccountStatus } from "../../lwm2m/server-account-event.ts";
import type { AgentEvent } from "../agent-event.ts";
import type { CardFigures } from "../cards/card-figures.ts";

/** One server as `status` shows it. */
export interface ServerStatus extends ServerAccountStatus {
  readonly uri: string;
  /** False after `disable`, until `enable`. */
  readonly enabled: boolean;
}

/** Everything that `status` shows. Times are MonotonicClock milliseconds; `now` is the moment of the snapshot. */
export interface AgentStatus {
  readonly endpoint: string;
  readonly now: number;
  readonly online: boolean;
  /** Ascending by Short Server ID. */
  readonly servers: readonly ServerStatus[];
  readonly bootstrap: BootstrapStatus;
  readonly card: CardFigures;
  /** Absent without an enrolment, and until its keys have been looked at. */
  readonly enrolment?: EnrolmentStatus & { readonly next: RenewalDecision };
}

/** One value of the data model. `value` is its text/plain form (OMA LwM2M Core 1.2 §7.4.1): opaque is base64. */
export interface LocalValue {
  /** "/3/0/0", "/3/0/11/0" */
  readonly path: string;
  readonly type: ValueType;
  readonly value: string;
}

/** What a person writes: text for a single value, texts by resource instance id for a multiple one. */
export type LocalText = string | Readonly<Record<string, string>>;

/** Texts by resource id. */
export type LocalResources = Readonly<Record<string, LocalText>>;

/** Attributes that a server attached to a path. */
export interface AttachedAttributes {
  readonly path: string;
  readonly attributes: NotificationAttributes;
}

/**
 * What a person or a program on the device may ask of the running agent. Paths are text such as "/3/0/1". Methods reject
 * with a CodedError: NO_SUCH_SERVER, NOT_NOW (the state does not allow it), BAD_PATH, BAD_VALUE, or what the data model
 * answers (OperationError). Local access is the owner's: no server's rights bound it, but /0 and other objects with keys
 * are not shown.
 */
export interface AgentControl {
  status(): AgentStatus;
  /** Calls back with everything that happens; returns how to stop. The listener must not throw. */
  onEvent(listener: (event: AgentEvent) => void): () => void;

  /** Sends an Update at once. */
  update(shortServerId: number): Promise<void>;
  /** Makes a new association and registers again; with every server when none is named. */
  reconnect(shortServerId?: number): Promise<void>;
  /** De-registers and leaves the server alone until `enable`, or a restart. */
  disable(shortServerId: number): Promise<void>;
  enable(shortServerId: number): Promise<void>;
  /** No contact to any server until `online`; values that are observed are kept. */
  offline(): Promise<void>;
  online(): Promise<void>;
  /** Asks the bootstrap server for accounts. */
  bootstrap(): Promise<void>;
  /**
   * A new certificate, whatever the calendar says: for a new key, or for the key that is there; a new key where there is a
   * slot for one, when `mode` is absent. Resolves when it is in use, has failed, or has to wait: the events and the status
   * tell. Rejects also with ENROLMENT_BUSY, NO_IDLE_SLOT and when the card is away.
   */
  renewCertificate(mode?: AttemptMode): Promise<void>;
  /** What that would do. */
  previewRenewal(mode?: AttemptMode): Promise<EnrolmentPlan>;
  /** Send (OMA LwM2M Core 1.2 §6.4.6) to one server, or to each that is registered. Rejects also with SendError. */
  send(paths: readonly string[], shortServerId?: number): Promise<void>;

  /** Values at or below a path; "/" is everything. */
  read(path: string): Promise<readonly LocalValue[]>;
  /** A resource or resource instance takes one text (a multiple one texts by id), an instance several resources. */
  write(path: string, value: LocalText | LocalResources): Promise<void>;
  /** "/3303" lets the agent choose the id, "/3303/1" does not. Resolves with the path of the new instance. */
  create(path: string, resources?: LocalResources): Promise<string>;
  delete(path: string): Promise<void>;
  /** `args` as in Execute: "0='a',1". */
  execute(path: string, args?: string): Promise<void>;

  attributes(shortServerId: number): Promise<readonly AttachedAttributes[]>;
  /** With when each is next due. */
  observations(shortServerId: number): Promise<readonly ObservationStatus[]>;
}
