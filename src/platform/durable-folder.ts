import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * The steps that records are made of, each one call to the operating system or a few. Names are of files in one folder. A
 * test replaces it to stop between any two steps.
 */
export interface DurableFolder {
  /** For messages. */
  readonly path: string;
  /** Undefined when there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** A new file, its content on the disk when it resolves; the folder may still not know it. */
  create(name: string, content: Uint8Array): Promise<void>;
  /** False when `from` is not there. What `to` was is gone. */
  rename(from: string, to: string): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** Renames and removals are on the disk when it resolves: without it a power cut may undo them. */
  flush(): Promise<void>;
}

/** A folder of this machine: 0700, files 0600. It is made when first written to. */
export class MachineFolder implements DurableFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return unlessMissing(async () => new Uint8Array(await readFile(join(this.path, name))), undefined);
  }

  async create(name: string, content: Uint8Array): Promise<void> {
    await makeFolder(this.path);
    const file = await open(join(this.path, name), "w", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  rename(from: string, to: string): Promise<boolean> {
    return unlessMissing(async () => {
      await rename(join(this.path, from), join(this.path, to));
      return true;
    }, false);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true });
  }

  async flush(): Promise<void> {
    await unlessMissing(() => flushFolder(this.path), undefined);
  }
}

/** A folder for the owner alone, and the way to it: on the disk when it resolves, where we may flush. Nothing happens when it is there. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  // Each new folder is an entry of the one above it, which need not be ours to open.
  for (let made = path; made.length >= first.length; made = dirname(made))
    await flushFolder(dirname(made)).catch(() => undefined);
}

/** What was made, renamed and removed in it is on the disk when it resolves. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}

async function unlessMissing<T, U>(action: () => Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return otherwise;
    throw error;
  }
}
