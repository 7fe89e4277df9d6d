import { CodedError, describeError } from "../util/coded-error.ts";
import type { LogFields, Logger } from "../util/log.ts";
import type { AgentEvent } from "./agent-event.ts";

type Level = "debug" | "info" | "warn";
type Entry = readonly [Level, string, LogFields?];

/**
 * Turns events into log lines. A trouble that stays (server away, card away, name not found) is said once, however often
 * it is retried, and its end is said too.
 */
export class EventLog {
  readonly #logger: Logger;
  #trouble: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  note(event: AgentEvent): void {
    const [level, message, fields] = event.type === "retrying" ? this.#retrying(event.error, event) : entry(event);
    if (event.type === "registered") this.#trouble = undefined;
    this.#logger[level](message, fields);
  }

  #retrying(error: Error, { milliseconds }: { readonly milliseconds: number }): Entry {
    const kind = error instanceof CodedError ? error.code : error.message;
    const fields = { reason: describeError(error), nextAttemptSeconds: Math.round(milliseconds / 1000) };
    if (this.#trouble === kind) return ["debug", "still not registered", fields];
    this.#trouble = kind;
    return ["warn", "not registered; trying again until it works, and saying no more of it", fields];
  }
}

function entry(event: AgentEvent): Entry {
  switch (event.type) {
    case "registered":
      return ["info", "registered", { location: event.location.join("/"), ms: Math.round(event.milliseconds) }];
    case "handshake":
      return ["info", "handshake done", { suite: event.suite, peer: event.peer, ms: Math.round(event.milliseconds) }];
    case "lost":
      return ["warn", "registration lost", { reason: event.error ? describeError(event.error) : event.reason }];
    case "deregistered":
    case "disabled":
      return ["info", event.type, { reason: event.reason }];
    case "started":
      return ["info", "agent started", { endpoint: event.endpoint, server: event.server }];
    case "card-operation":
      return ["debug", "card operation", { kind: event.kind, apdus: event.apdus, ms: Math.round(event.milliseconds) }];
    default:
      return ["debug", event.type];
  }
}
