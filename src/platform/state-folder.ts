import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "../util/coded-error.ts";

/**
 * Small files that survive a restart and a power cut: written beside the old one, flushed, renamed over it, and the
 * folder flushed too. Folder 0700, files 0600.
 */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined when there is no such file. Rejects with CodedError "STATE_UNREADABLE". */
  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.path, name));
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw new CodedError("STATE_UNREADABLE", `cannot read ${name} in the state folder ${this.path}`, { cause });
    }
  }

  /** Rejects with CodedError "STATE_UNWRITABLE". */
  async write(name: string, content: Uint8Array): Promise<void> {
    try {
      const { default: writeFileAtomic } = await import("write-file-atomic");
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      await writeFileAtomic(join(this.path, name), Buffer.from(content), { mode: 0o600, fsync: true });
      await flushFolder(this.path);
    } catch (cause) {
      throw new CodedError("STATE_UNWRITABLE", `cannot write ${name} in the state folder ${this.path}`, { cause });
    }
  }
}

/** Without this a power cut may undo the rename. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
