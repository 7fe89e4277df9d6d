import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { OutputLines } from "./output-lines.ts";

export interface ShellCommand {
  /** For /bin/sh. */
  readonly commandLine: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its output goes. It may outlive us, and must then not die of a pipe that nobody reads. */
  readonly outputFile: string;
  /** Killed after this time; absent: it may take for ever. */
  readonly timeoutMs?: number;
  /** Kills it. */
  readonly signal?: AbortSignal;
  onLine?(line: string): void;
}

/** How a command ended: its exit code, or undefined when a signal ended it. */
export type ExitCode = number | undefined;

/** Runs a command in a session of its own. Rejects when it cannot be started. */
export async function runShell(command: ShellCommand): Promise<ExitCode> {
  const { commandLine, environment, outputFile } = command;
  await mkdir(dirname(outputFile), { recursive: true, mode: 0o700 });
  const output = await open(outputFile, "w", 0o600);
  const lines = new OutputLines(outputFile, (line) => command.onLine?.(line));
  try {
    const child = spawn("/bin/sh", ["-c", commandLine], {
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ["ignore", output.fd, output.fd],
    });
    return await ended(child, command);
  } finally {
    await output.close();
    await lines.finish();
  }
}

async function ended(child: ChildProcess, { timeoutMs, signal }: ShellCommand): Promise<ExitCode> {
  const kill = (): void => killGroup(child);
  const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
  signal?.addEventListener("abort", kill, { once: true });
  if (signal?.aborted) kill();
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => resolve(code ?? undefined));
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}

/** With all that the shell started. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
