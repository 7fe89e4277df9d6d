import type { ArgumentsCamelCase, Argv, CommandModule } from "yargs";
import type { ExitCode } from "./exit-code.ts";
import { finish } from "./finish.ts";
import type { Output } from "./output.ts";

/** What a file in commands/ exports: its options, and what it does with them. */
export interface Command<Options> {
  options(yargs: Argv): Argv<Options>;
  /** Resolves with the exit code; an error thrown is printed and gives its own. */
  run(options: ArgumentsCamelCase<Options>, output: Output): Promise<ExitCode>;
}

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
