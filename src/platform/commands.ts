import { type ChildProcess, spawn } from "node:child_process";
import type { CommandPort, CommandRun } from "../lwm2m/ports/command-port.ts";
import { CodedError } from "../util/coded-error.ts";

const longestOutputBytes = 1024 * 1024;
/** Of what a failing program says, for the log. */
const shownErrorBytes = 200;

/** Programs of this machine, each the leader of a process group, so that a time-out ends its children too. */
export const machineCommands: CommandPort = {
  run: (run) =>
    new Promise((resolve, reject) => {
      const [program = "", ...args] = run.command;
      const child = spawn(program, args, {
        env: { ...process.env, ...run.environment },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
      });
      const running = new RunningCommand(child, run);
      running.done.then(resolve, reject);
    }),
};

class RunningCommand {
  readonly done: Promise<Uint8Array>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #output: Uint8Array[] = [];
  #outputBytes = 0;
  #said = "";
  #failure: CodedError | undefined;

  constructor(child: ChildProcess, { command, input, timeoutMs }: CommandRun) {
    this.#child = child;
    this.#name = command[0] ?? "";
    const timer = setTimeout(() => this.#kill("COMMAND_TIMEOUT", `did not end within ${timeoutMs} ms`), timeoutMs);
    this.done = this.#outcome().finally(() => clearTimeout(timer));
    child.stdout?.on("data", (chunk: Uint8Array) => this.#collect(chunk));
    child.stderr?.on("data", (chunk: Uint8Array) => {
      if (this.#said.length < shownErrorBytes) this.#said += new TextDecoder().decode(chunk);
    });
    // A program may end without reading what it was given.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? new Uint8Array(0));
  }

  #outcome(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#child.on("error", (cause) =>
        reject(new CodedError("COMMAND_FAILED", `command ${this.#name} did not start`, { cause })),
      );
      this.#child.on("close", (code, signal) => {
        if (this.#failure) reject(this.#failure);
        else if (code === 0) resolve(new Uint8Array(Buffer.concat(this.#output)));
        else reject(this.#error("COMMAND_FAILED", signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
      });
    });
  }

  #collect(chunk: Uint8Array): void {
    this.#outputBytes += chunk.length;
    if (this.#outputBytes <= longestOutputBytes) this.#output.push(chunk);
    else this.#kill("COMMAND_FAILED", `wrote more than ${longestOutputBytes} bytes`);
  }

  #kill(code: string, what: string): void {
    this.#failure ??= this.#error(code, what);
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
    // A grandchild in a group of its own may hold the pipes open: we wait for it no longer.
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream?.destroy();
  }

  #error(code: string, what: string): CodedError {
    const said = this.#said.slice(0, shownErrorBytes).trim();
    return new CodedError(code, `command ${this.#name} ${what}${said === "" ? "" : `: ${said}`}`);
  }
}
