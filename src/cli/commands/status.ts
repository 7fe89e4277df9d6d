import { ControlClient, type SocketOptions, socketOptions, socketPath } from "../control-client.ts";
import { controlText } from "../control-text.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";

/** The running agent, its servers and its bootstrap. */
export const status: Command<SocketOptions> = {
  options: (yargs) => socketOptions(yargs).example("$0 status --json", "for machines"),

  run: async (options, output) => {
    const client = await ControlClient.connect(socketPath(options));
    try {
      const result = await client.ask("status");
      output.result(result, () => controlText("status", result));
      return ExitCode.done;
    } finally {
      client.close();
    }
  },
};
