import { parseLatency } from "../../sandbox/card/latency.ts";
import { runDemo } from "../../sandbox/demo/demo.ts";
import { reportTable } from "../../sandbox/demo/demo-report.ts";
import { runStory } from "../../sandbox/demo/story/story.ts";
import { storyText } from "../../sandbox/demo/story/story-report.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { stopSignal } from "../stop-signal.ts";

interface DemoCommandOptions {
  starts: number | undefined;
  "card-latency": string;
  resumption: boolean;
  keep: boolean;
}

/** Virtual SIM, embedded servers and the agent as its own process: a device's first hour, or the figures of its starts. */
export const demo: Command<DemoCommandOptions> = {
  options: (yargs) =>
    yargs
      .option("starts", {
        type: "number",
        requiresArg: true,
        describe: "No bootstrap and no enrolment: start the agent so many times and print the figures",
      })
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
      .example("$0 demo", "bootstrap, a key made on the SIM, enrolment, registration, a renewal")
      .example("$0 demo --json --starts 2", "the second start reads and signs nothing at the card"),

  run: async ({ starts, cardLatency, resumption, keep }, output) => {
    if (starts !== undefined && (!Number.isInteger(starts) || starts < 1 || starts > 100)) {
      throw new CodedError("BAD_ARGUMENT", "--starts: a whole number from 1 to 100 was expected");
    }
    const cancel = new AbortController();
    void stopSignal().then(() => cancel.abort());
    const options = {
      keep,
      resumption,
      latency: parseLatency(cardLatency),
      command: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
      signal: cancel.signal,
      step: (text: string) => output.step(text),
    };
    if (starts === undefined) {
      const report = await runStory(options);
      output.result(report, () => `\n${storyText(report)}`);
      return ExitCode.done;
    }
    const report = await runDemo({ ...options, starts });
    output.result(report, () => `\n${reportTable(report)}`);
    return ExitCode.done;
  },
};
