import type { ArgumentsCamelCase, Argv } from "yargs";
import type { ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/** What a file in commands/ exports: its options, and what it does with them. */
export interface Command<Options> {
  options(yargs: Argv): Argv<Options>;
  /** Resolves with the exit code; an error thrown is printed and gives its own. */
  run(options: ArgumentsCamelCase<Options>, output: Output): Promise<ExitCode>;
}
