import { DeliveryError } from "../lwm2m/package-delivery/delivery-error.ts";
import type { Image, InstallOutcome } from "../lwm2m/package-delivery/installation.ts";
import type { PackageDescription } from "../lwm2m/package-delivery/package-delivery.ts";
import { type ExitCode, runShell } from "./shell-command.ts";

/** What commands say by their exit code; 0 is success and anything else a failure (names from sysexits.h). */
const RESTART_FOLLOWS = 100;
const DATA_ERROR = 65;
const UNAVAILABLE = 69;
const TEMPORARY_FAILURE = 75;

const VERIFY_TIMEOUT_MS = 10 * 60_000;
const STEP_TIMEOUT_MS = 2 * 60_000;

/** Rejects as VerifyPackage does. Lines "name=…" and "version=…" of its output describe the package. */
export async function verifyByCommand(
  commandLine: string,
  path: string,
  signal: AbortSignal,
): Promise<PackageDescription> {
  const said = new Map<string, string>();
  const onLine = (line: string): void => {
    const [, key, value] = /^(name|version)=(.{1,255})$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) said.set(key, value);
  };
  const command = { commandLine, environment: environmentOf({ path }), outputFile: `${path}.verify.log` };
  const exitCode = await runShell({ ...command, timeoutMs: VERIFY_TIMEOUT_MS, signal, onLine });
  if (exitCode === UNAVAILABLE) throw new DeliveryError("package-type", "the verify command does not know the package");
  if (exitCode !== 0) throw new DeliveryError("integrity", `the verify command ended with ${exitCode ?? "a signal"}`);
  const [name, version] = [said.get("name"), said.get("version")];
  return { ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
}

/** Lines "progress=PERCENT" of its output are told. Rejects when the command cannot be started. */
export async function installByCommand(
  commandLine: string,
  image: Image,
  progress: (percent: number) => void,
): Promise<InstallOutcome> {
  const onLine = (line: string): void => {
    const percent = Number(/^progress=(\d{1,3})\b/.exec(line.trim())?.[1] ?? Number.NaN);
    if (percent <= 100) progress(percent);
  };
  const command = { commandLine, environment: environmentOf(image), outputFile: `${image.path}.install.log` };
  return outcomeOf(await runShell({ ...command, onLine }));
}

/** True when it ends with 0, and within two minutes. `step` is for the name of the file with its output. */
export async function succeedsByCommand(commandLine: string, image: Image, step: string): Promise<boolean> {
  const command = { commandLine, environment: environmentOf(image), outputFile: `${image.path}.${step}.log` };
  return (await runShell({ ...command, timeoutMs: STEP_TIMEOUT_MS })) === 0;
}

function environmentOf({ path, name = "", version = "", instance }: Image): Record<string, string> {
  return {
    LWM2M_PACKAGE: path,
    LWM2M_PACKAGE_NAME: name,
    LWM2M_PACKAGE_VERSION: version,
    ...(instance !== undefined && { LWM2M_INSTANCE: `${instance}` }),
  };
}

function outcomeOf(exitCode: ExitCode): InstallOutcome {
  switch (exitCode) {
    case 0:
      return "installed";
    case RESTART_FOLLOWS:
      return "restarting";
    // Ended by a signal: the machine goes down, and whether the firmware took will show when it is up again.
    case undefined:
      return "restarting";
    case TEMPORARY_FAILURE:
      return "deferred";
    case DATA_ERROR:
      return "spoilt";
    default:
      return "failed";
  }
}
