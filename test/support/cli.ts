import { type ChildProcess, execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const args = (more: readonly string[]): string[] => ["--import", "tsx", main, ...more];

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end. */
export function cli(...more: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args(more), (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** Starts the command line; its stdout can be read as it comes. */
export function startCli(...more: string[]): ChildProcess {
  return spawn(process.execPath, args(more), { stdio: ["ignore", "pipe", "inherit"] });
}
