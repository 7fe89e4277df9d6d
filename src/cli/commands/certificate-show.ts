import { renewalPolicy } from "../../agent/enrolment/enrolment-settings.ts";
import { emptyRecord } from "../../est/enrolment/enrolment-record.ts";
import { keptEnrolment } from "../../est/enrolment/kept-enrolment.ts";
import { decodeRecord } from "../../est/enrolment/record-codec.ts";
import { systemWallClock } from "../../platform/clock.ts";
import { MachineFolder } from "../../platform/durable-folder.ts";
import { FolderRecords } from "../../platform/folder-records.ts";
import { CodedError } from "../../util/coded-error.ts";
import { silentLogger } from "../../util/log.ts";
import { type CertificateFacts, certificateFacts, certificateText } from "../certificate-facts.ts";
import { loadConfig } from "../config/load-config.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";

/** Reads the state folder, whether an agent runs or not; the card is not asked. */
export const certificateShow: Command<{ config: string }> = {
  options: (yargs) =>
    yargs
      .option("config", { type: "string", demandOption: true, requiresArg: true, describe: "The configuration (YAML)" })
      .example("$0 certificate show --config agent.yaml --json", "for machines"),

  run: async ({ config }, output) => {
    const facts = await read(config);
    output.result(facts, () => certificateText(facts));
    return ExitCode.done;
  },
};

async function read(path: string): Promise<CertificateFacts> {
  const { enrolment, stateDirectory } = loadConfig(path);
  if (!enrolment) throw new CodedError("BAD_CONFIG", `${path} has no section enrolment`);
  const records = new FolderRecords(new MachineFolder(stateDirectory), silentLogger);
  const bytes = await keptEnrolment(records).load();
  const slots = enrolment.keys === "software" ? 2 : enrolment.keys.length;
  return certificateFacts(bytes ? decodeRecord(bytes) : emptyRecord(slots), systemWallClock, renewalPolicy(enrolment));
}
