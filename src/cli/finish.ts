import { type ExitCode, exitCodeOf } from "./exit-code.ts";
import { Output } from "./output.ts";

/** Runs a command to its end, prints the error that it may throw, and sets the exit code. */
export async function finish(json: boolean, command: (output: Output) => Promise<ExitCode>): Promise<void> {
  const output = new Output(json);
  try {
    process.exitCode = await command(output);
  } catch (error) {
    output.failure(error);
    process.exitCode = exitCodeOf(error);
  }
}
