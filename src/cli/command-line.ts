import yargs, { type Argv } from "yargs";
import { ExitCode, exitCodeHelp } from "./exit-code.ts";
import { lazyCommand } from "./lazy-command.ts";
import { packageVersion } from "./package-version.ts";

const run = lazyCommand("run", "Run the agent", async () => (await import("./commands/run.ts")).run);
const demo = lazyCommand(
  "demo",
  "Try it all with a virtual SIM",
  async () => (await import("./commands/demo.ts")).demo,
);

const card = {
  list: lazyCommand("list", "Readers and cards", async () => (await import("./commands/card-list.ts")).cardList),
  info: lazyCommand(
    "info [uri]",
    "The applet and its objects",
    async () => (await import("./commands/card-info.ts")).cardInfo,
  ),
  random: lazyCommand(
    "random [uri]",
    "Random bytes",
    async () => (await import("./commands/card-random.ts")).cardRandom,
  ),
  simulate: lazyCommand(
    "simulate",
    "A virtual SIM at a socket or in a virtual reader",
    async () => (await import("./commands/card-simulate.ts")).cardSimulate,
  ),
  sign: lazyCommand("sign [uri]", "Sign with its key", async () => (await import("./commands/card-sign.ts")).cardSign),
};

const status = lazyCommand(
  "status",
  "The running agent and its servers",
  async () => (await import("./commands/status.ts")).status,
);
const events = lazyCommand(
  "events",
  "What happens in the running agent",
  async () => (await import("./commands/events.ts")).events,
);
const console = lazyCommand(
  "console [command..]",
  "Commands for the running agent",
  async () => (await import("./commands/console.ts")).consoleCommand,
);

const objectTypes = lazyCommand(
  "types <file>",
  "TypeScript for an object with code",
  async () => (await import("./commands/object-types.ts")).objectTypesCommand,
);

/** Understands the arguments, runs their command and sets the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await commands(args).parseAsync();
  } catch (error) {
    if (!(error instanceof WrongCommandLine)) throw error;
    process.exitCode = ExitCode.usage;
  }
}

/** Thrown after the message was shown: yargs would go on and run the command. */
class WrongCommandLine extends Error {}

function commands(args: readonly string[]): Argv {
  return (
    yargs([...args])
      .scriptName("lwm2m-safe")
      .version(packageVersion())
      .usage("$0 COMMAND\n\nAn LwM2M device agent whose keys live in the SIM.")
      .command(run)
      .command("card", "Look at the card and use it", cardCommands)
      .command(status)
      .command(console)
      .command(events)
      .command("object", "Objects of your own", objectCommands)
      .command(demo)
      .option("json", { type: "boolean", default: false, global: true, describe: "Print one JSON document" })
      .demandCommand(1, "which command?")
      .strict()
      .exitProcess(false)
      .epilogue(exitCodeHelp)
      // Only the command line itself fails here, `check` included: what a command throws is caught by `finish`.
      .fail((message, error, usage) => {
        if (error instanceof WrongCommandLine) throw error;
        usage.showHelp("error");
        process.stderr.write(`\nlwm2m-safe: ${message || error.message}\n`);
        throw new WrongCommandLine();
      })
  );
}

function cardCommands(yargs: Argv): Argv {
  return yargs
    .command(card.list)
    .command(card.info)
    .command(card.random)
    .command(card.sign)
    .command(card.simulate)
    .demandCommand(1, "which card command?");
}

function objectCommands(yargs: Argv): Argv {
  return yargs.command(objectTypes).demandCommand(1, "which object command?");
}
