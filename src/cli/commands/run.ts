import type { Argv } from "yargs";
import { createMachineAgent } from "../../agent/machine-agent.ts";
import { createLogger } from "../../platform/logger.ts";
import { loadConfig } from "../config/load-config.ts";
import { eventWriter } from "../event-writer.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { stopSignal } from "../stop-signal.ts";

export interface RunOptions {
  readonly config: string;
  readonly events: string | undefined;
}

const lingerMs = 1_000;

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
    // A log that nobody reads any more is no reason to end.
    process.stderr.on("error", () => {});
    const onEvent = events === undefined ? undefined : eventWriter(events, logger);
    const agent = await createMachineAgent(config, { logger, ...(onEvent && { onEvent }) });
    const stopped = stopSignal();
    agent.start();
    logger.info("stopping", { signal: await stopped });
    await agent.stop();
    // A card that never answers holds its connection: the agent has let go of it, the process need not wait.
    setTimeout(() => process.exit(ExitCode.done), lingerMs).unref();
    return ExitCode.done;
  },
} satisfies Command<RunOptions>;
