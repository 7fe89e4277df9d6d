#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { ExitCode, exitCodeHelp } from "./exit-code.ts";
import { lazyCommand } from "./lazy-command.ts";

const cli = yargs(hideBin(process.argv))
  .scriptName("lwm2m-safe")
  .usage("$0 COMMAND\n\nLwM2M device agent whose keys live in the SIM.")
  .command(lazyCommand("run", "Run the agent", async () => (await import("./commands/run.ts")).run))
  .command("card", "Look at the card and use it", (yargs) =>
    yargs
      .command(
        lazyCommand("list", "List readers and cards", async () => (await import("./commands/card-list.ts")).cardList),
      )
      .demandCommand(1, "which card command?"),
  )
  .command(lazyCommand("demo", "Try it all with a virtual SIM", async () => (await import("./commands/demo.ts")).demo))
  .demandCommand(1, "which command?")
  .strict()
  .exitProcess(false)
  .epilogue(exitCodeHelp)
  .fail((message, error, yargs) => {
    if (error) throw error;
    process.stderr.write(`${yargs.help()}\n\nlwm2m-safe: ${message}\n`);
    process.exitCode = ExitCode.usage;
  });

await cli.parseAsync();
