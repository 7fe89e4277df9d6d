import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CodedError, describeError } from "../../util/coded-error.ts";

/** A line of the agent's event stream; `event` names it. */
export type EventRecord = Readonly<Record<string, unknown>> & {
  readonly event: string;
  /** performance.now() when it came. */
  readonly at: number;
};

/** The agent as a process of its own, watched by its event stream. */
export class AgentProcess {
  /** performance.now() when it was spawned. */
  readonly spawnedAt: number;
  readonly #child: ChildProcess;
  readonly #stopDeadlineMs: number;
  readonly #log: string[] = [];
  readonly #listeners = new Set<(record: EventRecord) => void>();
  readonly #logListeners = new Set<(line: string) => void>();
  readonly #ended: Promise<void>;

  /** `command`: program and arguments up to the agent's own; `config`: path of its configuration file. */
  constructor(command: readonly string[], config: string, stopDeadlineMs = 5_000) {
    this.#stopDeadlineMs = stopDeadlineMs;
    const [program = process.execPath, ...args] = command;
    this.spawnedAt = performance.now();
    this.#child = spawn(program, [...args, "run", "--config", config, "--events", "-"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#ended = once(this.#child, "close").then(
      () => {},
      (error: unknown) => this.#note(`it could not be started: ${describeError(error)}`),
    );
    if (this.#child.stdout) createInterface(this.#child.stdout).on("line", (line) => this.#receive(line));
    if (this.#child.stderr) createInterface(this.#child.stderr).on("line", (line) => this.#note(line));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Returns how to stop listening. */
  onEvent(listener: (record: EventRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Each line of its log. */
  onLog(listener: (line: string) => void): void {
    this.#logListeners.add(listener);
  }

  /** The next event of that name. Rejects when the process ends or the time is over, with the end of its log. */
  async next(event: string, deadlineMs: number, signal: AbortSignal): Promise<EventRecord> {
    const undo: (() => void)[] = [];
    try {
      return await new Promise<EventRecord>((resolve, reject) => {
        const fail = (why: string) => (): void => reject(this.#failure(`the agent ${why} before "${event}"`));
        undo.push(this.onEvent((record) => record.event === event && resolve(record)));
        const overdue = setTimeout(fail(`took more than ${deadlineMs / 1000} s`), deadlineMs);
        const cancel = fail("was stopped");
        signal.addEventListener("abort", cancel);
        undo.push(
          () => clearTimeout(overdue),
          () => signal.removeEventListener("abort", cancel),
        );
        void this.#ended.then(fail("ended"));
        if (signal.aborted) cancel();
      });
    } finally {
      for (const step of undo) step();
    }
  }

  /** Gives the latest event of that name when called. Throws CodedError "AGENT_FAILED" when there is none. */
  latest(event: string): () => EventRecord {
    let latest: EventRecord | undefined;
    this.onEvent((record) => {
      if (record.event === event) latest = record;
    });
    return () => latest ?? fail(this.#failure(`the agent never said "${event}"`));
  }

  /** Asks it to de-register and end; ends it hard when it does not. Never rejects, and never waits for longer. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
    const hard = setTimeout(() => this.#end(), this.#stopDeadlineMs);
    await this.#ended;
    clearTimeout(hard);
  }

  #note(line: string): void {
    this.#log.push(line);
    for (const listener of this.#logListeners) listener(line);
  }

  /** Whatever it started may hold its outputs open: we no longer listen. */
  #end(): void {
    this.#child.kill("SIGKILL");
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #receive(line: string): void {
    const record = parseRecord(line);
    if (record) for (const listener of [...this.#listeners]) listener(record);
  }

  #failure(problem: string): CodedError {
    const log = this.#log.slice(-5).join("\n");
    return new CodedError("AGENT_FAILED", log ? `${problem}; its log ends with:\n${log}` : problem);
  }
}

function parseRecord(line: string): EventRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record !== "object" || record === null || !("event" in record)) return undefined;
    return typeof record.event === "string" ? { ...record, event: record.event, at: performance.now() } : undefined;
  } catch {
    return undefined;
  }
}

function fail(error: CodedError): never {
  throw error;
}
