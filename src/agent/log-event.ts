import type { Logger } from "../util/log.ts";
import type { AgentEvent } from "./agent-event.ts";

/** Log lines for the agent's own events; the server account logs its own, a lasting trouble once. */
export function logEvent(logger: Logger, event: AgentEvent): void {
  switch (event.type) {
    case "started":
      logger.info("agent started", { endpoint: event.endpoint });
      return;
    case "accounts":
      logger.info("accounts", {
        servers: event.servers.map(({ shortServerId, uri }) => `${shortServerId} ${uri}`).join(", ") || "none",
        bootstrap: event.bootstrap,
        reason: event.reason,
      });
      return;
    case "credential":
      logger.info("credential ready", { source: event.source, kind: event.kind });
      return;
    case "handshake":
      logger.info(event.resumed ? "session resumed" : "handshake done", {
        suite: event.suite,
        peer: event.peer,
        ms: Math.round(event.milliseconds),
      });
      return;
    case "card-operation": {
      const { kind, apdus, failed, milliseconds } = event;
      logger.debug("card operation", { kind, apdus, failed, ms: Math.round(milliseconds) });
    }
  }
}
