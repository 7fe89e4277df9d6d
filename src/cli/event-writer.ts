import { appendFileSync } from "node:fs";
import { type AgentEvent, eventLine } from "../agent/agent-event.ts";
import type { Logger } from "../util/log.ts";

/** Writes events to a file, or to stdout for "-". A disk that is full or a reader that is gone is told once and no more. */
export function eventWriter(target: string, logger: Logger): (event: AgentEvent) => void {
  let told = false;
  const complain = (error: unknown): void => {
    if (!told) logger.warn("the event stream cannot be written", { target, reason: String(error) });
    told = true;
  };
  if (target === "-") process.stdout.on("error", complain);
  return (event) => {
    try {
      if (target === "-") process.stdout.write(eventLine(event));
      else appendFileSync(target, eventLine(event));
    } catch (error) {
      complain(error);
    }
  };
}
