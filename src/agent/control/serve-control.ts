import { join } from "node:path";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { LineHandler, LineListener } from "../../util/line-connection.ts";
import type { Logger } from "../../util/log.ts";
import type { AgentConfig } from "../config/config-schema.ts";
import type { ControlTargets } from "./control-commands.ts";
import { ControlSession } from "./control-session.ts";
import type { EventFeed } from "./event-feed.ts";

/** Where the agent of this configuration listens. */
export function controlSocket({ control, stateDirectory }: AgentConfig): string {
  return control.socket ?? join(stateDirectory, "control.sock");
}

/**
 * Opens the control socket. Undefined where none is wanted, or where the usual one cannot be made, which is said. Rejects
 * with CodedError "SOCKET_IN_USE" when another agent has it, and "SOCKET_UNUSABLE" for one that was asked for.
 */
export async function serveControl(
  config: AgentConfig,
  targets: ControlTargets,
  feed: EventFeed,
  logger: Logger,
  listen: (path: string, handler: LineHandler) => Promise<LineListener>,
): Promise<LineListener | undefined> {
  if (!config.control.enabled) return undefined;
  const path = controlSocket(config);
  try {
    return await listen(path, (connection) => new ControlSession(connection, targets, feed));
  } catch (error) {
    const isOther = error instanceof CodedError && error.code === "SOCKET_IN_USE";
    if (isOther || config.control.socket !== undefined) throw error;
    logger.warn("no control socket: console, status and events cannot be used", { reason: describeError(error) });
    return undefined;
  }
}
