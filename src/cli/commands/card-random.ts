import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { type CardOptions, cardOptions, withCard } from "../with-card.ts";

/** Random bytes from the card's generator. */
export const cardRandom: Command<CardOptions & { length: number }> = {
  options: (yargs) =>
    cardOptions(yargs).option("length", {
      type: "number",
      default: 16,
      requiresArg: true,
      describe: "Bytes, 1 to 256",
    }),

  run: (options, output) => {
    const { length } = options;
    if (!Number.isInteger(length) || length < 1 || length > 256) {
      throw new CodedError("BAD_ARGUMENT", "--length: a whole number from 1 to 256 was expected");
    }
    return withCard(options, async (card, uri) => {
      const random = await card.random(uri, length);
      output.result({ random }, () => random);
      return ExitCode.done;
    });
  },
};
