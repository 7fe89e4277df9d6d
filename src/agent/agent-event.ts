import type { HandshakeFigures } from "../dtls/connection.ts";
import type { ServerAccountEvent } from "../lwm2m/server-account-event.ts";
import type { CardOperationKind } from "../smartcard/card-observer.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import type { CardFigures, CardPhase } from "./card-figures.ts";

/** What happens in the agent, in order: the server account's events and the agent's own. */
export type AgentEvent =
  | ServerAccountEvent
  | { readonly type: "started"; readonly endpoint: string; readonly server: string }
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
  | ({ readonly type: "handshake"; readonly peer: string; readonly suite: string } & HandshakeFigures)
  /** After each registration, and last of all when the agent stops. */
  | { readonly type: "figures"; readonly card: CardFigures };

/** One JSON object on one line; `event` names it, errors become their code and their message with causes. */
export function eventLine({ type, ...fields }: AgentEvent): string {
  return `${JSON.stringify({ event: type, ...fields }, errorsInWords)}\n`;
}

function errorsInWords(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { code: value instanceof CodedError ? value.code : "UNEXPECTED", message: describeError(value) };
}
