import { readFileSync } from "node:fs";
import { encodeUtf8 } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { type CardOptions, cardOptions, withCard } from "../with-card.ts";

interface SignOptions extends CardOptions {
  text: string | undefined;
  file: string | undefined;
}

/** Signs with the card's key; the signature is verified with the public key before it is shown. */
export const cardSign: Command<SignOptions> = {
  options: (yargs) =>
    cardOptions(yargs)
      .option("text", { type: "string", requiresArg: true, describe: "Sign this text (UTF-8)" })
      .option("file", { type: "string", requiresArg: true, describe: "Sign what is in this file" }),

  run: (options, output) => {
    const message = messageOf(options.text, options.file);
    return withCard(options, async (card, uri) => {
      const signed = await card.sign(uri, message);
      output.result(signed, () => signed.signature);
      return ExitCode.done;
    });
  },
};

function messageOf(text: string | undefined, file: string | undefined): Uint8Array {
  if (text !== undefined && file === undefined) return encodeUtf8(text);
  if (file !== undefined && text === undefined) return new Uint8Array(readFileSync(file));
  throw new CodedError("BAD_ARGUMENT", "either --text or --file was expected");
}
