import { appendFileSync } from "node:fs";
import type { Argv } from "yargs";
import { type AgentEvent, eventLine } from "../../agent/agent-event.ts";
import { createMachineAgent } from "../../agent/machine-agent.ts";
import { createLogger } from "../../platform/logger.ts";
import { loadConfig } from "../config/load-config.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { stopSignal } from "../stop-signal.ts";

export interface RunOptions {
  readonly config: string;
  readonly events: string | undefined;
}

/** Runs the agent until SIGTERM or SIGINT, which de-register first. */
export const run = {
  options: (yargs: Argv) =>
    yargs
      .option("config", { type: "string", demandOption: true, requiresArg: true, describe: "The configuration (YAML)" })
      .option("events", {
        type: "string",
        requiresArg: true,
        describe: "Write what happens to this file, one JSON object a line; - is stdout",
      })
      .example("$0 run --config agent.yaml", "until SIGTERM or Ctrl-C, which de-register first"),

  run: async ({ config: path, events }: RunOptions) => {
    const config = loadConfig(path);
    const logger = createLogger(config.log.level, process.stderr);
    const agent = await createMachineAgent(config, {
      logger,
      ...(events !== undefined && { onEvent: writer(events) }),
    });
    const stopped = stopSignal();
    agent.start();
    logger.info("stopping", { signal: await stopped });
    await agent.stop();
    return ExitCode.done;
  },
} satisfies Command<RunOptions>;

function writer(target: string): (event: AgentEvent) => void {
  if (target === "-") return (event) => process.stdout.write(eventLine(event));
  return (event) => appendFileSync(target, eventLine(event));
}
