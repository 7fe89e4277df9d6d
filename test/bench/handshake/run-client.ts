import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Program } from "../../support/foreign/foreign-process.ts";

export interface ClientRun {
  /** Of the whole process, user and system, milliseconds. */
  readonly cpuMs: number;
  readonly output: string;
}

/**
 * Runs a client to its end. The shell's `time` asks the kernel (rusage of the child that was waited for), so that
 * programs of any language are measured by the same clock.
 */
export async function runClient({ command, args }: Program): Promise<ClientRun> {
  const timed = ["-c", 'TIMEFORMAT="cpu %3U %3S"; time "$@"', "bash", command, ...args];
  const child = spawn("bash", timed, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const cpu = /^cpu (\S+) (\S+)$/m.exec(errors);
  if (code !== 0 || !cpu) throw new Error(`${command} ended with ${code}: ${errors}${output}`);
  return { cpuMs: 1000 * (Number(cpu[1]) + Number(cpu[2])), output };
}
