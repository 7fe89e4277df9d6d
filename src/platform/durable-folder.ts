import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

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
    await mkdir(this.path, { recursive: true, mode: 0o700 });
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
    await unlessMissing(async () => {
      const folder = await open(this.path, "r");
      await folder.sync().finally(() => folder.close());
    }, undefined);
  }
}

async function unlessMissing<T, U>(action: () => Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return otherwise;
    throw error;
  }
}
