import { CodedError } from "../../util/coded-error.ts";
import { ControlClient, type SocketOptions, socketOptions, socketPath } from "../control-client.ts";
import { controlText } from "../control-text.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";

interface EnrolOptions extends SocketOptions {
  renew: boolean;
  rekey: boolean;
  "dry-run": boolean;
}

/** Orders a certificate at the running agent, which has the card and the accounts. */
export const enrol: Command<EnrolOptions> = {
  options: (yargs) =>
    socketOptions(yargs)
      .option("renew", { type: "boolean", default: false, describe: "Keep the key" })
      .option("rekey", { type: "boolean", default: false, describe: "Make a new key" })
      .option("dry-run", { type: "boolean", default: false, describe: "Only say what would be done" })
      .example("$0 enrol --rekey", "a new key in the idle slot, a certificate for it, a registration with that"),

  run: async ({ renew, rekey, dryRun, ...options }, output) => {
    if (renew && rekey) throw new CodedError("BAD_ARGUMENT", "either --renew or --rekey");
    const client = await ControlClient.connect(socketPath(options));
    try {
      const mode = renew ? " same-key" : rekey ? " new-key" : "";
      const result = await client.ask(`${dryRun ? "enrol-preview" : "enrol"}${mode}`);
      output.result(result, () => controlText("enrol", result));
      return ExitCode.done;
    } finally {
      client.close();
    }
  },
};
