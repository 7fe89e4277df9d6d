import type { BootstrapEvent } from "../../lwm2m/bootstrap/bootstrap-event.ts";
import type { BootstrapAgentEvent } from "../agent-event.ts";

/** What the agent tells of a bootstrap event; undefined for what is only between bootstrap and the accounts. */
export function bootstrapAgentEvent(event: BootstrapEvent): BootstrapAgentEvent | undefined {
  switch (event.type) {
    case "transition": {
      const { from, to, reason } = event;
      return { type: "bootstrap-state", from, to, reason };
    }
    case "accounts": {
      const { accounts, reason } = event;
      const servers = accounts.servers.map(({ shortServerId, security: { uri } }) => ({ shortServerId, uri }));
      return { type: "accounts", servers, reason, ...(accounts.bootstrap && { bootstrap: accounts.bootstrap.uri }) };
    }
    case "bootstrapped":
      return event;
    case "failed":
      return { ...event, type: "bootstrap-failed" };
    case "resume":
      return undefined;
  }
}
