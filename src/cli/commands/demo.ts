import { parseLatency } from "../../sandbox/card/latency.ts";
import { runDemo } from "../../sandbox/demo/demo.ts";
import { reportTable } from "../../sandbox/demo/demo-report.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { stopSignal } from "../stop-signal.ts";

interface DemoCommandOptions {
  starts: number;
  "card-latency": string;
  resumption: boolean;
  keep: boolean;
}

/** Virtual SIM, embedded server and the agent as its own process, with the figures at the end. */
export const demo: Command<DemoCommandOptions> = {
  options: (yargs) =>
    yargs
      .option("starts", { type: "number", default: 1, requiresArg: true, describe: "Start the agent so many times" })
      .option("card-latency", {
        type: "string",
        default: "fast",
        requiresArg: true,
        describe: "How slow the card is: fast, median, slow, or the milliseconds of one signature",
      })
      .option("resumption", {
        type: "boolean",
        default: true,
        describe: "Later starts resume the first one's session; --no-resumption: each shakes hands in full",
      })
      .option("keep", { type: "boolean", default: false, describe: "Stay up until Ctrl-C" })
      .example("$0 demo --json --starts 2", "the second start reads and signs nothing at the card"),

  run: async ({ starts, cardLatency, resumption, keep }, output) => {
    if (!Number.isInteger(starts) || starts < 1 || starts > 100) {
      throw new CodedError("BAD_ARGUMENT", "--starts: a whole number from 1 to 100 was expected");
    }
    const cancel = new AbortController();
    void stopSignal().then(() => cancel.abort());
    const report = await runDemo({
      starts,
      keep,
      resumption,
      latency: parseLatency(cardLatency),
      command: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
      signal: cancel.signal,
      step: (text) => output.step(text),
    });
    output.result(report, () => `\n${reportTable(report)}`);
    return ExitCode.done;
  },
};
