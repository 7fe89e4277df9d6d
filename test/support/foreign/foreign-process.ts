import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Cleanup } from "./cleanup.ts";
import { deadline } from "./deadline.ts";
import { EventLog } from "./event-log.ts";

/** How a program is started. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program of someone else's that runs while a test does: what it says, what can be said to it, and its end. */
export class ForeignProcess<Event> {
  /** Its lines of standard output, parsed. */
  readonly events = new EventLog<Event>();
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly exited: Promise<unknown>;
  private complaints = "";

  /** Starts the program; the clean-up ends it, whatever became of the test. */
  constructor(cleanup: Cleanup, program: Program, parse: (line: string) => Event) {
    const { command, args, env, cwd } = program;
    this.child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: "pipe" });
    this.exited = once(this.child, "exit").catch(() => undefined);
    this.child.on("error", (error) => this.events.end(new Error(`${command} does not start`, { cause: error })));
    this.child.on("close", (code, signal) => this.events.end(this.ending(command, code ?? signal)));
    this.child.stdin.on("error", () => undefined); // the end of the process says more
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => this.complain(text));
    createInterface(this.child.stdout).on("line", (line) => this.events.push(parse(line)));
    cleanup.after(() => this.stop());
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What the program wrote on standard error, the last 20 kB of it. */
  get stderr(): string {
    return this.complaints;
  }

  say(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits for the program to end by itself and gives its exit status. */
  async exit(seconds = 30): Promise<number | null> {
    await deadline(this.exited, seconds, () => `${this.child.spawnfile} still runs`);
    return this.child.exitCode;
  }

  /** Closes the program's standard input and waits for it to end, as those that are driven by it do. */
  async finish(): Promise<void> {
    this.child.stdin.end();
    await this.exit();
  }

  /** Ends the program: SIGTERM, then SIGKILL for one that does not listen. */
  async stop(): Promise<void> {
    if (this.child.pid === undefined) return;
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGTERM");
    await deadline(this.exited, 5, () => "").catch(() => this.child.kill("SIGKILL"));
    await this.exited;
  }

  private complain(text: string): void {
    this.complaints = (this.complaints + text).slice(-20_000);
  }

  private ending(command: string, outcome: number | string | null): Error {
    return new Error(`${command} ended (${outcome}): ${this.complaints.trim() || "it said nothing"}`);
  }
}
