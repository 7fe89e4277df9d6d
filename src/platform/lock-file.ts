import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ExclusiveLock, HeldLock } from "../smartcard/exclusive-lock.ts";
import { CodedError } from "../util/coded-error.ts";

/**
 * A lock that a file stands for: it names its holder, and a holder that no longer runs is passed over. The start time is
 * kept with the process id, because ids are used again.
 */
export class LockFile implements ExclusiveLock {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with CodedError CARD_LOCKED when a running process holds it, LOCK_UNWRITABLE when the file cannot be made. */
  async acquire(): Promise<HeldLock> {
    const own = `${this.#path}.${randomUUID()}`;
    const holder = `${process.pid} ${(await startTime(process.pid)) ?? ""}\n`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(own, holder, { mode: 0o644 });
      await this.#take(own);
    } catch (cause) {
      if (cause instanceof CodedError) throw cause;
      throw new CodedError("LOCK_UNWRITABLE", `cannot make the card's lock file ${this.#path}`, { cause });
    } finally {
      await rm(own, { force: true }).catch(() => undefined);
    }
    return {
      inherited: (await readFile(this.#notePath, "utf8").catch(() => "")).trim(),
      note: (text) => this.#note(text),
      release: () => this.#release(holder),
    };
  }

  get #notePath(): string {
    return `${this.#path}.note`;
  }

  async #note(text: string): Promise<void> {
    const writing = text === "" ? rm(this.#notePath, { force: true }) : this.#writeNote(text);
    await writing.catch(() => undefined);
  }

  /** Renamed into place: the folder is everybody's, and a link that someone put there must not be written through. */
  async #writeNote(text: string): Promise<void> {
    const own = `${this.#path}.${randomUUID()}`;
    await writeFile(own, `${text}\n`, { flag: "wx", mode: 0o644 });
    await rename(own, this.#notePath);
  }

  /** `link` fails when the name exists already: the one step that only one process can win. */
  async #take(own: string): Promise<void> {
    if (await linked(own, this.#path)) return;
    const stale = `${own}.stale`;
    await this.#refuseIfHeld(this.#path);
    await rename(this.#path, stale).catch(ignoreMissing);
    try {
      // Between looking and moving it away, another process may have taken it: then it gets it back.
      await this.#refuseIfHeld(stale, () => linked(stale, this.#path));
      if (await linked(own, this.#path)) return;
      await this.#refuseIfHeld(this.#path);
      throw new CodedError("CARD_LOCKED", `another process is taking the card's lock file ${this.#path} just now`);
    } finally {
      await rm(stale, { force: true });
    }
  }

  async #refuseIfHeld(path: string, first?: () => Promise<unknown>): Promise<void> {
    const holder = await readFile(path, "utf8").catch(ignoreMissing);
    const [pid = "", started = ""] = holder?.trim().split(" ") ?? [];
    if (!(await isRunning(Number(pid), started))) return;
    await first?.();
    const who = Number(pid) === process.pid ? "this process itself" : `process ${pid}`;
    const advice = "stop it, or use its control socket";
    throw new CodedError("CARD_LOCKED", `the card is held by ${who} (lock file ${this.#path}): ${advice}`);
  }

  async #release(holder: string): Promise<void> {
    const current = await readFile(this.#path, "utf8").catch(ignoreMissing);
    if (current === holder) await rm(this.#path, { force: true });
  }
}

async function linked(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function isRunning(pid: number, started: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  return started === "" || started === ((await startTime(pid)) ?? started);
}

/** Field 22 of /proc/PID/stat, counted behind the command's name, which may contain spaces (proc(5)). */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function ignoreMissing(error: unknown): undefined {
  if (!hasCode(error, "ENOENT")) throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
