import { execFile } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess } from "./foreign-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A line of the agent's `--events`: the type's fields are those of AgentEvent. */
export interface AgentLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** What an agent is told; the rest of its configuration stays at its defaults. */
export interface AgentOptions {
  readonly endpoint: string;
  readonly server?: Readonly<Record<string, unknown>>;
  readonly servers?: readonly Readonly<Record<string, unknown>>[];
  readonly bootstrap?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly objects?: Readonly<Record<string, unknown>>;
  readonly hooks?: { readonly reboot?: string };
  readonly network?: Readonly<Record<string, unknown>>;
  readonly device?: Readonly<Record<string, string>>;
  readonly packages?: Readonly<Record<string, unknown>>;
  readonly firmware?: Readonly<Record<string, unknown>>;
  readonly software?: Readonly<Record<string, unknown>>;
  readonly trust?: Readonly<Record<string, unknown>>;
  readonly enrolment?: Readonly<Record<string, unknown>>;
  /** Where it keeps its state: given, it outlives the process. */
  readonly stateDirectory?: string;
}

/** Our agent as a process of its own, as `lwm2m-safe run` starts it. */
export class OurAgent {
  readonly process: ForeignProcess<AgentLine>;
  readonly #config: string;

  constructor(cleanup: Cleanup, options: AgentOptions) {
    const folder = temporaryFolder(cleanup);
    const config = join(folder, "agent.yaml"); // JSON is YAML
    writeFileSync(config, JSON.stringify({ stateDirectory: join(folder, "state"), ...options }));
    const args = [...commandLine(), "run", "--config", config, "--events", "-"];
    const program = { command: process.execPath, args, cwd: root };
    this.process = new ForeignProcess(cleanup, program, (line) => JSON.parse(line) as AgentLine);
    this.#config = config;
  }

  /** Another command of ours with this agent's configuration, and what it says with --json. Rejects where it fails. */
  async ask(...command: readonly string[]): Promise<unknown> {
    const args = [...commandLine(), ...command, "--config", this.#config, "--json"];
    return JSON.parse((await execute(process.execPath, args, { cwd: root })).stdout);
  }

  /** The next event of that name (and for which `fits` holds) that nobody has waited for yet. */
  waitFor(name: string, fits: (line: AgentLine) => boolean = () => true, seconds = 30): Promise<AgentLine> {
    return this.process.events.waitFor((line) => line.event === name && fits(line), `agent's ${name}`, seconds);
  }

  /** SIGTERM: de-registers first. */
  stop(): Promise<void> {
    return this.process.stop();
  }
}

/** What was built, or the sources when they are newer: slower to start, but never another program than the one looked at. */
function commandLine(): readonly string[] {
  const main = join(root, "dist/cli/main.js");
  const builtAt = statSync(main, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true });
  const changed = sources.some(
    (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAt,
  );
  return changed ? ["--import", "tsx", "src/cli/main.ts"] : [main];
}
