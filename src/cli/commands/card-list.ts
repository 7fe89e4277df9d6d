import { listReaders } from "../../platform/pcsc/pcsc-connector.ts";
import { nodeTimers } from "../../platform/timers.ts";
import { table } from "../../util/table.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";

/** The PC/SC readers and what is in them. */
export const cardList: Command<object> = {
  options: (yargs) =>
    yargs.example("$0 card list", "then use a reader by part of its name: iotsafe:?channel=pcsc:NAME"),

  run: async (_options, output) => {
    const readers = await listReaders({ timers: nodeTimers });
    output.result({ readers }, () =>
      readers.length === 0 ? "no reader" : table(readers.map(({ name, card, atr }) => [name, card, atr ?? ""])),
    );
    return ExitCode.done;
  },
};
