import { CodedError } from "../util/coded-error.ts";

/** What the process ends with; `lwm2m-safe --help` prints them. */
export const ExitCode = {
  done: 0,
  failed: 1,
  /** The command line or the configuration file is wrong. */
  usage: 2,
  /** No reader, no card, no applet, or the card refused. */
  card: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const exitCodeHelp =
  "Exit codes: 0 done, 1 failed, 2 command line or configuration wrong, 3 card not reachable or refusing.";

const cardCodes = /^(CARD|APPLET|CREDENTIAL|SIGNATURE)_|^NO_CERTIFICATE$/;

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof CodedError)) return ExitCode.failed;
  if (error.code.startsWith("BAD_")) return ExitCode.usage;
  return cardCodes.test(error.code) ? ExitCode.card : ExitCode.failed;
}
