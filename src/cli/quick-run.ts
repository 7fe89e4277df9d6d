import { parseArgs } from "node:util";
import type { RunOptions } from "./commands/run.ts";

/**
 * The options of a plain `run --config FILE [--events FILE]`, undefined for anything else. A device starts its agent with
 * just that, and loading yargs takes a tenth of a second; whatever is not understood here is left to yargs, its help and
 * its messages.
 */
export function quickRunOptions(args: readonly string[]): RunOptions | undefined {
  const [command, ...rest] = args;
  if (command !== "run") return undefined;
  try {
    const { values } = parseArgs({
      args: rest,
      options: { config: { type: "string" }, events: { type: "string" } },
      strict: true,
      allowPositionals: false,
    });
    const { config, events } = values;
    return config === undefined || config === "" || events === "" ? undefined : { config, events };
  } catch {
    return undefined;
  }
}
