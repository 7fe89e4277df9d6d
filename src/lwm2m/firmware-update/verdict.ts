import type { Image, Installation } from "../package-delivery/installation.ts";
import type { UpdateRecord } from "./update-record.ts";

export interface Verdict {
  readonly runs: boolean;
  readonly reason: string;
}

/**
 * Whether an update that a restart cut off came to its end: what the device itself confirms, else the version that runs
 * now beside the package's, else beside the one before.
 */
export async function newFirmwareRuns(
  { versionBefore, packageVersion }: UpdateRecord,
  image: Image,
  installation: Installation,
): Promise<Verdict> {
  const confirmed = await installation.confirm(image);
  if (confirmed !== undefined) return { runs: confirmed, reason: confirmed ? "confirmed" : "not confirmed" };
  const version = installation.version();
  if (version === undefined) return { runs: false, reason: "nothing tells what firmware runs" };
  if (packageVersion !== undefined) {
    return { runs: version === packageVersion, reason: `${version} runs, the package is ${packageVersion}` };
  }
  return { runs: version !== versionBefore, reason: `${version} runs, ${versionBefore} did before` };
}
