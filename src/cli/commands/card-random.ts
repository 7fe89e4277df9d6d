import { toHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { cardUri, withCard } from "../with-card.ts";

/** Random bytes from the card's generator. */
export const cardRandom: Command<{ uri: string; length: number }> = {
  options: (yargs) =>
    cardUri(yargs).option("length", { type: "number", default: 16, requiresArg: true, describe: "Bytes, 1 to 256" }),

  run: ({ uri, length }, output) => {
    if (!Number.isInteger(length) || length < 1 || length > 256) {
      throw new CodedError("BAD_ARGUMENT", "--length: a whole number from 1 to 256 was expected");
    }
    return withCard(async (provider) => {
      const random = toHex(await provider.applet(uri).random(length, { priority: "cli" }));
      output.result({ random }, () => random);
      return ExitCode.done;
    });
  },
};
