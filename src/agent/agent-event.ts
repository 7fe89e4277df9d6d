import type { HandshakeFigures } from "../dtls/connection.ts";
import type { EnrolmentEvent } from "../est/enrolment/enrolment-event.ts";
import type { BootstrapWay } from "../lwm2m/bootstrap/bootstrap-attempt.ts";
import type { BootstrapState } from "../lwm2m/bootstrap/bootstrap-machine.ts";
import type { FirmwareEvent } from "../lwm2m/firmware-update/update-journal.ts";
import type { ServerAccountEvent } from "../lwm2m/server-account-event.ts";
import type { CardOperationKind } from "../smartcard/card-observer.ts";
import { toHex } from "../util/bytes.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import type { CardFigures, CardPhase } from "./cards/card-figures.ts";

/** What happens in the agent, in order: the server accounts' events and the agent's own. */
export type AgentEvent =
  /** `server`: the Short Server ID. */
  | (ServerAccountEvent & { readonly server: number })
  | BootstrapAgentEvent
  | FirmwareEvent
  | EnrolmentAgentEvent
  | { readonly type: "started"; readonly endpoint: string }
  /** The card has done something. `milliseconds`: from its turn in the queue to its answer. */
  | {
      readonly type: "card-operation";
      readonly phase: CardPhase;
      readonly kind: CardOperationKind;
      readonly apdus: number;
      readonly milliseconds: number;
      readonly failed: boolean;
    }
  /** The credential is at hand; with `certificate` its chain too, from the card or from the cache. */
  | { readonly type: "credential"; readonly source: string; readonly kind: "certificate" | "psk" }
  /** `resumed`: abbreviated, nothing was signed. `connectionId`: the session survives another address. */
  | ({
      readonly type: "handshake";
      readonly peer: string;
      readonly suite: string;
      readonly resumed: boolean;
      readonly connectionId: boolean;
    } & HandshakeFigures)
  /** After each registration and resumption, and last of all when the agent stops. */
  | { readonly type: "figures"; readonly card: CardFigures };

/** The certificate's life: "enrolment-begun", "enrolment-issued" and so on. */
export type EnrolmentAgentEvent = Prefixed<EnrolmentEvent>;
type Prefixed<E> = E extends { readonly type: infer T extends string }
  ? Omit<E, "type"> & { readonly type: `enrolment-${T}` }
  : never;

/** Where the accounts come from. */
export type BootstrapAgentEvent =
  | {
      readonly type: "bootstrap-state";
      readonly from: BootstrapState;
      readonly to: BootstrapState;
      readonly reason: string;
    }
  /** The accounts are these now; no key is in it. */
  | {
      readonly type: "accounts";
      readonly servers: readonly { readonly shortServerId: number; readonly uri: string }[];
      readonly bootstrap?: string;
      readonly reason: string;
    }
  | { readonly type: "bootstrapped"; readonly way: BootstrapWay; readonly milliseconds: number }
  /** Everything is as before; `milliseconds` until the next attempt. */
  | {
      readonly type: "bootstrap-failed";
      readonly reason: string;
      readonly error: Error;
      readonly milliseconds: number;
    };

/** One JSON object on one line; `event` names it, errors become their code and their message with causes. */
export function eventLine({ type, ...fields }: AgentEvent): string {
  return `${jsonLine({ event: type, ...fields })}\n`;
}

/** JSON without a line end in it; errors become their code and their message with causes. */
export function jsonLine(document: unknown): string {
  return JSON.stringify(document, errorsInWords) ?? "null";
}

function errorsInWords(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (!(value instanceof Error)) return value;
  return { code: value instanceof CodedError ? value.code : "UNEXPECTED", message: describeError(value) };
}
