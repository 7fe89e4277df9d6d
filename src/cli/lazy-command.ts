import type { CommandModule } from "yargs";
import type { Command } from "./command.ts";
import { finish } from "./finish.ts";

/** A yargs command whose file is loaded only when it is the one asked for: start-up time counts. */
export function lazyCommand<Options>(
  command: string,
  describe: string,
  load: () => Promise<Command<Options>>,
): CommandModule<object, Options> {
  return {
    command,
    describe,
    builder: async (yargs) => (await load()).options(yargs),
    handler: (options) =>
      finish("json" in options && options.json === true, async (output) => (await load()).run(options, output)),
  };
}
